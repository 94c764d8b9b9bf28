using System.Globalization;
using GptCuda.Engine.Weights;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>Reading, mapping and releasing, whatever the layout.</summary>
public sealed class MappedWeightSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    public unsafe void ReadAndTryMap_AnyRange_GiveTheSameElements(string type)
    {
        new SmallModel(type).WriteTo(_directory);
        float[] expected = SmallModel.Values("h.1.mlp.c_fc.weight", [4, 16]);
        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.True(source.TryMap("h.1.mlp.c_fc.weight", out byte* bytes));
        for (int first = 0; first <= 64; first++)
        {
            float[] values = new float[64 - first];
            source.Read("h.1.mlp.c_fc.weight", first, values);
            Assert.Equal(expected[first..], values);
        }

        float[] mapped = new float[64];
        ElementConversion.ToSingle(new(bytes, type == "F32" ? 256 : 128), Enum.Parse<ElementType>(type), mapped);
        Assert.Equal(expected, mapped);
    }

    [Fact]
    public void Read_OutOfTheTensor_IsRefused()
    {
        new SmallModel().WriteTo(_directory);
        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.Throws<KeyNotFoundException>(() => source.Read("h.9.ln_1.bias", 0, new float[1]));
        Assert.Throws<KeyNotFoundException>(() => source.Read("lm_head.weight", 0, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read("ln_f.bias", 0, new float[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read("ln_f.bias", 4, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read("ln_f.bias", -1, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read("ln_f.bias", long.MaxValue, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Release("ln_f.bias", 1, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Release("ln_f.bias", 0, -1));
        source.Read("ln_f.bias", 4, []);
    }

    [Fact]
    public void Read_FileCutAfterItWasOpened_IsAnInputOutputErrorAndNoCrash()
    {
        new SmallModel().WriteTo(_directory);
        using IWeightSource source = WeightSource.Open(_directory.Path);
        using (FileStream stream = new(_directory.File("model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(8);

        Assert.Contains(
            "bytes when it was opened and has 8 now",
            Assert.Throws<IOException>(() => source.Read("wte.weight", 0, new float[1])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AfterDispose_IsRefused()
    {
        new SmallModel().WriteTo(_directory);
        IWeightSource source = WeightSource.Open(_directory.Path);
        source.Dispose();
        source.Dispose();

        Assert.Throws<ObjectDisposedException>(() => source.Read("wte.weight", 0, new float[1]));
    }

    [Fact]
    public void Read_ManyThreadsAtOnce_GiveEachItsValues()
    {
        new SmallModel("BF16").WriteCheckpointTo(_directory);
        using IWeightSource source = WeightSource.Open(_directory.Path);

        // The first to come to a tensor verifies it while the others wait.
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            (string name, long[] shape) = SmallModel.Names().ElementAt(i % 28);
            float[] expected = SmallModel.Values(name, shape), values = new float[expected.Length];
            source.Read(name, 0, values);
            source.Release(name, 0, values.Length);
            Assert.Equal(expected, values);
        });
    }

    [Fact]
    public unsafe void Read_TensorsPastTwoGigabytes_AreReached()
    {
        // 9,000,001 rows of 64 f32 are 2.3 GB, all of them holes in a sparse file but for the last numbers of two tensors.
        const int Rows = 9_000_001, Width = 64;
        SmallModel model = new() { Configuration = $$"""{"n_layer": 1, "n_head": 1, "n_embd": {{Width}}, "n_inner": 1, "n_positions": 2, "vocab_size": {{Rows}}}""" };
        var shapes = WeightCatalog.Tensors(
            new() { VocabularySize = Rows, ContextLength = 2, Width = Width, HeadCount = 1, LayerCount = 1, InnerSize = 1 });
        long end = 0;
        List<string> header = [];
        foreach (WeightShape tensor in shapes)
        {
            long begin = end;
            end += 4 * tensor.Shape.Aggregate((a, b) => a * b);
            header.Add($$"""
                "{{tensor.Name}}":{"dtype":"F32","shape":[{{string.Join(',', tensor.Shape)}}],"data_offsets":[{{begin}},{{end}}]}
                """);
        }

        byte[] start = SmallModel.Safetensors($"{{{string.Join(',', header)}}}", []);
        File.WriteAllText(_directory.File("config.json"), model.Configuration);
        using (FileStream stream = File.Create(_directory.File("model.safetensors")))
        {
            stream.Write(start);
            stream.SetLength(start.Length + end);
            stream.Position = start.Length + 4L * Rows * Width - 4;
            stream.Write(BitConverter.GetBytes(1.5f));
            stream.Position = start.Length + end - 4;
            stream.Write(BitConverter.GetBytes(2.5f));
        }

        using IWeightSource source = WeightSource.Open(_directory.Path);
        float[] values = new float[3];
        source.Read("wte.weight", (long)Rows * Width - 3, values);
        Assert.Equal([0, 0, 1.5f], values);
        source.Read("ln_f.bias", Width - 3, values);
        Assert.Equal([0, 0, 2.5f], values);
        Assert.True(source.TryMap("wte.weight", out byte* bytes));
        Assert.Equal(1.5f, ((float*)bytes)[(long)Rows * Width - 1]);
    }

    [SkippableFact]
    public void Release_PagesThatWereRead_LeaveTheProcess()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the resident size of a mapping is read from /proc");
        const int Length = 64 << 20, HugePage = 2 << 20;
        File.WriteAllBytes(_directory.File("pages"), new byte[Length]);
        using MappedFile file = MappedFile.Open(_directory.File("pages"));

        Assert.Equal(0, file.Bytes(0, Length).IndexOfAnyExcept((byte)0) + 1);
        Assert.Equal(Length, Resident());
        // Whole pages and parts of pages alike, so that releasing tensor by tensor leaves nothing behind.
        file.Release(1, Length / 2);
        // The first page stays; but where the kernel has mapped a huge page at the edge, it takes all of that away, to be mapped anew.
        Assert.InRange(Resident(), Length / 2 - HugePage, Length / 2 - Environment.SystemPageSize);
        file.Release(0, Length);
        Assert.Equal(0, Resident());
        Assert.Equal(0, file.Bytes(Length - 1, 1)[0]);
        Assert.InRange(Resident(), 1, HugePage);

        long Resident()
        {
            IEnumerable<string> lines = File.ReadLines("/proc/self/smaps").SkipWhile(
                line => !line.EndsWith(file.Path, StringComparison.Ordinal));
            string size = lines.First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
            return long.Parse(
                size.AsSpan("Rss:".Length, size.Length - "Rss:".Length - "kB".Length),
                NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture) << 10;
        }
    }
}
