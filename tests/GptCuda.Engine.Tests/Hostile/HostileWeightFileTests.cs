using System.Buffers.Binary;
using System.Text;
using GptCuda.Engine.Tests.Weights;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Hostile;

/// <summary>
/// Damaged copies of every file that a source reads, through the door that users come in by. 20,000 copies on every run, a million
/// with the long tests. A failure names the seed of its copy, which is then kept in <see cref="HostileRegressionTests"/>.
/// </summary>
public sealed class HostileWeightFileTests
{
    /// <summary>
    /// The files have up to 6 KB; their names, shapes and messages, and the values that are read from what is accepted, take a small
    /// multiple. A file that made a reader believe in its counts would exceed this by orders of magnitude.
    /// </summary>
    private const long AllocationLimit = 2 << 20;

    public static TheoryData<string> Files =>
        ["config.json", "model.safetensors", "header", "shard", "index", "hparams.json", "model.ckpt.index", "entries", "data"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_DamagedFile_IsReadOrRefused(string file) =>
        Run(file, file is "header" or "model.ckpt.index" or "entries" ? 3500 : 1750, seed: 1);

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Files))]
    public void Open_ManyDamagedFiles_AreReadOrRefused(string file) => Run(file, 112_000, seed: 1_000_000);

    private static void Run(string file, int count, int seed)
    {
        using TemporaryDirectory directory = new();
        SmallModel model = new(prefix: "transformer.");
        (byte[] original, Action<byte[]> write) = file switch
        {
            "config.json" => InPlace(directory, file, () => model.WriteTo(directory)),
            "model.safetensors" => InPlace(directory, file, () => model.WriteTo(directory)),
            "header" => Header(directory, model),
            "shard" => InPlace(directory, "model-00010.safetensors", () => model.WriteShardsTo(directory)),
            "index" => InPlace(directory, "model.safetensors.index.json", () => model.WriteShardsTo(directory)),
            "hparams.json" => InPlace(directory, file, () => new SmallModel().WriteCheckpointTo(directory)),
            "model.ckpt.index" => InPlace(directory, file, () => new SmallModel().WriteCheckpointTo(directory)),
            "entries" => Entries(directory),
            "data" => InPlace(directory, "model.ckpt.data-00000-of-00001", () => new SmallModel().WriteCheckpointTo(directory)),
            _ => throw new ArgumentException(file),
        };
        OpenAndRead(directory.Path);

        int refused = MutationRun.Check(original, count, seed, AllocationLimit, copy =>
        {
            write(copy);
            OpenAndRead(directory.Path);
        });

        // Damage that is never seen, or an original that was refused to begin with, would make this test say nothing.
        Assert.InRange(refused, count / 4, count - 1);
    }

    private static (byte[] Original, Action<byte[]> Write) InPlace(TemporaryDirectory directory, string file, Action write)
    {
        write();
        return (File.ReadAllBytes(directory.File(file)), copy => File.WriteAllBytes(directory.File(file), copy));
    }

    /// <summary>Damages the header alone and corrects its length, so that the damage is not always found at the first byte.</summary>
    private static (byte[] Original, Action<byte[]> Write) Header(TemporaryDirectory directory, SmallModel model)
    {
        model.WriteTo(directory);
        byte[] whole = File.ReadAllBytes(directory.File("model.safetensors"));
        int end = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(whole);
        return (whole[8..end], copy => File.WriteAllBytes(directory.File("model.safetensors"), [
            .. BitConverter.GetBytes((long)copy.Length), .. copy, .. whole[end..],
        ]));
    }

    /// <summary>Damages the names and messages of a checkpoint's index and writes them with checksums that fit.</summary>
    private static (byte[] Original, Action<byte[]> Write) Entries(TemporaryDirectory directory)
    {
        new SmallModel().WriteCheckpointTo(directory);
        CheckpointWriter writer = new();
        foreach (SmallTensor tensor in new SmallModel().Tensors)
            writer.Add(SmallModel.CheckpointName(tensor.Name), tensor);
        // Each entry becomes length, name, length, message: what is cut off or moved stays a list of entries.
        byte[] original = [.. writer.Entries.SelectMany(
            entry => (byte[])[(byte)entry.Key.Length, .. Encoding.Latin1.GetBytes(entry.Key), (byte)entry.Value.Length, .. entry.Value])];
        return (original, Write);

        void Write(byte[] copy)
        {
            writer.Entries.Clear();
            for (int i = 0; i < copy.Length;)
            {
                byte[] name = Take(copy, ref i), message = Take(copy, ref i);
                writer.Entries[Encoding.Latin1.GetString(name)] = message;
            }

            File.WriteAllBytes(directory.File("model.ckpt.index"), writer.Index());
        }
    }

    private static byte[] Take(byte[] bytes, ref int at)
    {
        int start = Math.Min(at + 1, bytes.Length);
        int end = at < bytes.Length ? Math.Min(start + bytes[at], bytes.Length) : bytes.Length;
        at = end;
        return bytes[start..end];
    }

    private static void OpenAndRead(string directory)
    {
        using IWeightSource source = WeightSource.Open(directory);
        foreach (WeightTensor tensor in source.Tensors)
            source.Read(tensor.Name, 0, new float[tensor.ElementCount]);
    }
}
