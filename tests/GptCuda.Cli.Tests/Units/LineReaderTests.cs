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

    [Fact]
    public async Task Lines_ThatHaveArrived_AreTakenWithoutWaiting()
    {
        using var reader = new LineReader(new SlowStream(Encoding.UTF8.GetBytes("a\nb\nc"), piece: 5));
        List<string> lines = [];
        List<int> perFill = [];
        do
        {
            while (reader.TryTake(out ReadOnlySpan<byte> line))
                lines.Add(Encoding.UTF8.GetString(line));
            perFill.Add(lines.Count);
        }
        while (await reader.FillAsync(CancellationToken.None));

        Assert.Equal(["a", "b", "c"], lines);
        // Nothing at first; two lines and half of one; the end of the input, which makes a line of the rest.
        Assert.Equal([0, 2, 3], perFill);
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

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
