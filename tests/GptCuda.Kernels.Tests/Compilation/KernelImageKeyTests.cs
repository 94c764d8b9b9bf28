using GptCuda.Kernels.Compilation;

namespace GptCuda.Kernels.Tests.Compilation;

public sealed class KernelImageKeyTests
{
    [Fact]
    public void Of_AnythingThatDecidesTheImage_ChangesTheKey()
    {
        string[] keys =
        [
            Key("text", "header", "-DA=1", "13.0 1 aa"),
            Key("text ", "header", "-DA=1", "13.0 1 aa"),
            Key("text", "header ", "-DA=1", "13.0 1 aa"),
            Key("text", "header", "-DA=2", "13.0 1 aa"),
            Key("text", "header", "-DA=1", "13.0 1 ab"),
            Key("texth", "eader", "-DA=1", "13.0 1 aa"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], Key("text", "header", "-DA=1", "13.0 1 aa"));
        Assert.All(keys, key => Assert.Matches("^[0-9a-f]{64}$", key));
    }

    [Fact]
    public void Variant_OrderOfMacros_DoesNotMatter()
    {
        var first = new KernelVariant("gemv.cu", ("ROWS", "4"), ("TYPE", "bf16"));
        var second = new KernelVariant("gemv.cu", ("TYPE", "bf16"), ("ROWS", "4"));

        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
        Assert.Equal(["-DROWS=4", "-DTYPE=bf16"], first.Options);
        Assert.NotEqual(first, new KernelVariant("gemv.cu", ("ROWS", "4")));
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("1A", "1")]
    [InlineData("A B", "1")]
    [InlineData("A", "1\n2")]
    public void Variant_MacroThatIsNone_IsRefused(string name, string value) =>
        Assert.Throws<ArgumentException>(() => new KernelVariant("gemv.cu", (name, value)));

    [Fact]
    public void Variant_MacroTwice_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new KernelVariant("gemv.cu", ("A", "1"), ("A", "2")));

    private static string Key(string text, string header, string option, string compiler) =>
        KernelImageKey.Of(new KernelSource("k.cu", text, new SortedDictionary<string, string> { ["h.cuh"] = header }), [option], compiler);
}
