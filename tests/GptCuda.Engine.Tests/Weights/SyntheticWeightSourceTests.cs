using System.Text;
using System.Text.Json;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Weights;

[Trait("Category", "Vector")]
public sealed class SyntheticWeightSourceTests
{
    [Fact]
    public void Read_FirstSecondAndLastElement_AreThoseOfTheGoldenFile()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("synthetic", "124M", "golden.json")));
        using IWeightSource source = WeightSource.Open("synthetic:124M");
        Assert.Equal($"synthetic:124M:{golden.RootElement.GetProperty("seed").GetUInt64()}", source.Location);

        Assert.NotEmpty(golden.RootElement.GetProperty("weights").EnumerateObject());
        foreach (JsonProperty tensor in golden.RootElement.GetProperty("weights").EnumerateObject())
        {
            long count = source.Tensors.Single(candidate => candidate.Name == tensor.Name).ElementCount;
            float[] first = new float[2], last = new float[1];
            source.Read(tensor.Name, 0, first);
            source.Read(tensor.Name, count - 1, last);
            Assert.Equal(tensor.Value.EnumerateArray().Select(value => value.GetSingle()), [.. first, .. last]);
        }
    }

    [Theory]
    [InlineData("wte.weight", 0, 1025)]
    [InlineData("wte.weight", 50257L * 1600 - 33, 33)]
    [InlineData("wpe.weight", 31, 1023)]
    [InlineData("h.47.ln_2.weight", 0, 1600)]
    [InlineData("ln_f.weight", 1, 31)]
    [InlineData("ln_f.bias", 7, 32)]
    [InlineData("h.0.attn.c_attn.weight", 123456, 1)]
    [InlineData("h.3.mlp.c_proj.bias", 1599, 1)]
    [InlineData("h.3.mlp.c_proj.bias", 1600, 0)]
    public void Read_AnyRange_IsTheFormulaOneElementAtATime(string name, long first, int count)
    {
        const ulong Seed = 0xFEDCBA9876543210;
        using IWeightSource source = WeightSource.Open($"synthetic:1558M:{Seed}");
        float[] values = new float[count];
        source.Read(name, first, values);

        Assert.Equal(Enumerable.Range(0, count).Select(i => Formula(name, Seed, first + i)), values);
    }

    [Theory]
    [InlineData("124M", 124_439_808)]
    [InlineData("355M", 354_823_168)]
    [InlineData("774M", 774_030_080)]
    [InlineData("1558M", 1_557_611_200)]
    public void Tensors_OfEachSize_HaveTheReleasedParameterCount(string size, long expected)
    {
        using IWeightSource source = WeightSource.Open($"synthetic:{size}");

        Assert.Equal(expected, source.Tensors.Sum(tensor => tensor.ElementCount));
        Assert.Equal(expected, WeightCatalog.ParameterCount(source.Configuration));
        Assert.Equal(
            source.Configuration.Width * 51281L,
            WeightCatalog.ParameterCount(source.Configuration with { LayerCount = 0 }) - 2 * source.Configuration.Width);
    }

    [Theory]
    [InlineData("synthetic:")]
    [InlineData("synthetic:99M")]
    [InlineData("synthetic:124m")]
    [InlineData("synthetic:124M:")]
    [InlineData("synthetic:124M:-1")]
    [InlineData("synthetic:124M:18446744073709551616")]
    [InlineData("synthetic:124M:1:2")]
    public void Open_TextThatIsNoSizeAndSeed_SaysWhatIsExpected(string location)
    {
        string message = Assert.Throws<ArgumentException>(() => WeightSource.Open(location)).Message;

        Assert.StartsWith(location, message, StringComparison.Ordinal);
        Assert.Contains("expected", message, StringComparison.Ordinal);
    }

    /// <summary>tests/data/README.md, in the order in which it says it.</summary>
    private static float Formula(string name, ulong seed, long element)
    {
        ulong h = Encoding.ASCII.GetBytes(name).Aggregate(0xCBF29CE484222325, (hash, letter) => (hash ^ letter) * 0x100000001B3);
        ulong z = (h ^ seed) + (ulong)element * 0x9E3779B97F4A7C15;
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        int k = (int)(z >> 55) - 256;
        if (name is "ln_f.weight" || name.EndsWith(".ln_1.weight", StringComparison.Ordinal)
            || name.EndsWith(".ln_2.weight", StringComparison.Ordinal))
            return 1 + (k >> 4) / 128f;
        return k / 256f * MathF.Pow(2, name switch { "wpe.weight" => -5, "wte.weight" => -3, _ => -4 });
    }
}
