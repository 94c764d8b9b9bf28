using System.Text;
using GptCuda.Cli.Input;

namespace GptCuda.Cli.Tests.Units;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\n\nb", "a", "", "b")]
    [InlineData("a\r\nb\r", "a", "b")]
    [InlineData("a\rb\n", "a\rb")]
    [InlineData("\uFEFFa\n\uFEFFb\n", "a", "\uFEFFb")]
    public void Lines_OfSmallInputs_AreThese(string input, params string[] expected) => Assert.Equal(expected, Read(input, piece: 1));

    [Theory]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(16 * 1024 - 1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(100_000)]
    public void Lines_LongerThanTheBuffer_AreWhole(int length)
    {
        string line = new('x', length);
        Assert.Equal(["first", line, "last"], Read($"first\n{line}\nlast", piece: 1000));
    }

    private static List<string> Read(string input, int piece)
    {
        using var reader = new LineReader(new SlowStream(Encoding.UTF8.GetBytes(input), piece));
        List<string> lines = [];
        while (reader.TryRead(out ReadOnlySpan<byte> line))
        {
            lines.Add(Encoding.UTF8.GetString(line));
            Assert.Equal(lines.Count, reader.Number);
        }
        return lines;
    }

    /// <summary>Gives a few bytes at a time, as a pipe may.</summary>
    private sealed class SlowStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, piece));
    }
}
