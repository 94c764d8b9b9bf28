using System.Collections.Immutable;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>
/// A model as OpenAI published it: <c>hparams.json</c> and a TensorFlow checkpoint, <c>model.ckpt.index</c> with
/// <c>model.ckpt.data-00000-of-00001</c> or any number of such files. The file <c>checkpoint</c>, which names the newest of several
/// checkpoints, is not needed and not read.
/// </summary>
internal static class OpenAIDirectory
{
    private const string Scope = "model/";

    /// <summary>
    /// Opens the directory and checks every tensor against the configuration; the tensors' checksums are verified when each is
    /// first read. The caller disposes the source.
    /// </summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the configuration.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static IWeightSource Open(string directory)
    {
        GptConfiguration configuration = OpenAIConfiguration.Read(Path.Combine(directory, OpenAIConfiguration.FileName));
        CheckpointIndex index = CheckpointIndex.Read(Path.Combine(directory, CheckpointIndex.FileName));
        Dictionary<string, CheckpointEntry> entries = index.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        SortedDictionary<int, MappedFile> files = [];
        try
        {
            List<StoredTensor> tensors = [];
            foreach (WeightShape wanted in WeightCatalog.Tensors(configuration))
            {
                string name = CheckpointName(wanted.Name);
                if (!entries.Remove(name, out CheckpointEntry? entry))
                {
                    throw new InvalidDataException(
                        $"{name}: expected {WeightCatalog.Text(wanted.Shape)}, not found in {CheckpointIndex.FileName}");
                }

                ElementType type = CheckTypeAndShape(wanted, entry);
                if (!files.TryGetValue(entry.Shard, out MappedFile? file))
                {
                    file = MappedFile.Open(Path.Combine(directory, index.DataFileName(entry.Shard)));
                    files.Add(entry.Shard, file);
                }

                long end = entry.Offset + entry.ByteCount;
                if (end > file.Length)
                    throw new InvalidDataException($"{name}: expected at least {end} bytes, found {file.Length} in {file.Name}");
                tensors.Add(new(new(wanted.Name, type, wanted.Shape), file, entry.Offset, entry.Checksum));
            }

            CheckOverlaps(index);
            return new MappedWeightSource(directory, configuration, tensors, [.. files.Values], Unread(configuration, [.. entries.Keys]));
        }
        catch
        {
            foreach (MappedFile file in files.Values)
                file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The checkpoint's name of a tensor: <c>h.0.attn.c_attn.weight</c> is <c>model/h0/attn/c_attn/w</c>, <c>ln_f.weight</c> is
    /// <c>model/ln_f/g</c>, <c>wte.weight</c> is <c>model/wte</c>.
    /// </summary>
    internal static string CheckpointName(string name)
    {
        if (name is WeightCatalog.TokenEmbedding or WeightCatalog.PositionEmbedding)
            return Scope + name[..^".weight".Length];
        string[] parts = name.Split('.');
        parts[^1] = (parts[^1], parts[^2]) switch
        {
            ("bias", _) => "b",
            ("weight", "ln_1" or "ln_2" or "ln_f") => "g",
            _ => "w",
        };
        string path = string.Join('/', parts);
        return Scope + (path.StartsWith("h/", StringComparison.Ordinal) ? $"h{path["h/".Length..]}" : path);
    }

    private static ElementType CheckTypeAndShape(WeightShape wanted, CheckpointEntry entry)
    {
        // The original's linear layers are convolutions of width 1, with an extent for it.
        bool isMatrix = entry.Name.EndsWith("/w", StringComparison.Ordinal);
        ImmutableArray<long> shape = isMatrix ? [1, .. wanted.Shape] : wanted.Shape;
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException(
                $"{entry.Name}: expected {WeightCatalog.Text(shape)}, found {WeightCatalog.Text(entry.Shape)} "
                + $"in {CheckpointIndex.FileName}");
        }

        ElementType type = entry.Type switch
        {
            1 => ElementType.F32,
            14 => ElementType.BF16,
            19 => ElementType.F16,
            _ => throw new InvalidDataException(
                $"{entry.Name}: expected float (1), bfloat16 (14) or half (19), found type {entry.Type} in {CheckpointIndex.FileName}"),
        };
        long byteCount = new WeightTensor(wanted.Name, type, wanted.Shape).ElementCount * ElementConversion.SizeOf(type);
        if (entry.ByteCount != byteCount)
            throw new InvalidDataException(
                $"{entry.Name}: expected {byteCount} bytes, found {entry.ByteCount} in {CheckpointIndex.FileName}");
        return type;
    }

    private static void CheckOverlaps(CheckpointIndex index)
    {
        CheckpointEntry? before = null;
        foreach (CheckpointEntry entry in index.Entries.OrderBy(entry => (entry.Shard, entry.Offset, entry.ByteCount)))
        {
            if (before is not null && before.Shard == entry.Shard && entry.Offset < before.Offset + before.ByteCount)
            {
                throw new InvalidDataException(
                    $"{Printable.Text(entry.Name)}: overlaps {Printable.Text(before.Name)}: expected an offset from "
                    + $"{before.Offset + before.ByteCount}, found {entry.Offset} in {CheckpointIndex.FileName}");
            }

            before = entry;
        }
    }

    /// <summary>
    /// What training leaves behind (the step, an optimizer's moments, which stand below the tensor that they belong to:
    /// <c>model/wte/Adam</c>) is left unread; a tensor of the model that the configuration does not call for means that the two do
    /// not belong together.
    /// </summary>
    private static List<string> Unread(GptConfiguration configuration, List<string> names)
    {
        if (names.Count == 0)
            return [];
        HashSet<string> read = [.. WeightCatalog.Tensors(configuration).Select(tensor => CheckpointName(tensor.Name))];
        if (names.Find(name => name.StartsWith(Scope, StringComparison.Ordinal) && !read.Contains(name[..name.LastIndexOf('/')]))
            is string extra)
        {
            throw new InvalidDataException(
                $"{Printable.Text(extra)}: found in {CheckpointIndex.FileName}, "
                + $"but a GPT-2 of {configuration.LayerCount} layers has no such tensor");
        }

        return [$"left unread: {Printable.Names(names)}"];
    }
}
