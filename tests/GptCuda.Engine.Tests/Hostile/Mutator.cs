using System.Buffers.Binary;
using System.Text;

namespace GptCuda.Engine.Tests.Hostile;

/// <summary>Damages files the way that finds mistakes in readers; the same seed gives the same damage.</summary>
internal sealed class Mutator(int seed)
{
    /// <summary>Numbers at which sums, products and conversions go wrong.</summary>
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 3, 7, 16, 64, 127, 128, 255, 256, 1023, 65535, 65536, 1 << 24, (1 << 24) + 1, int.MaxValue, 1L << 31, uint.MaxValue,
        1L << 32,
        1L << 40, long.MaxValue / 4, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] Tokens =
    [
        "null", "true", "false", "{}", "[]", "\"\"", "\"a\"", "-0", "0.5", "1e308", "1e999", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999", "{", "}", "[", "]", ",", ":", "\"", "\\ud800", "\\u0000", "\\", "\uFEFF", "../", "\n", " ",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A damaged copy: one to four changes, more often few.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> original)
    {
        List<byte> bytes = [.. original];
        do
            Change(bytes);
        while (_random.Next(2) == 0 && bytes.Count < 2 * original.Length + 1000);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(bytes.Count - at, 1 << _random.Next(9));
        switch (_random.Next(12))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 5:
                byte[] noise = new byte[length];
                _random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 6:
                Overwrite(bytes, at, Pick(Numbers));
                break;
            case 7:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(Tokens)));
                break;
            case 8:
                // Deep nesting: deeper than a stack is, when it is the whole of the change.
                bytes.InsertRange(at, Enumerable.Repeat((byte)(_random.Next(2) == 0 ? '[' : '{'), 1 << _random.Next(12)));
                break;
            case 9 or 10:
                ReplaceNumber(bytes, at);
                break;
            default:
                ReplaceString(bytes, at);
                break;
        }
    }

    private void Overwrite(List<byte> bytes, int at, long number)
    {
        Span<byte> binary = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(binary, number);
        foreach (byte value in binary[..(1 << _random.Next(4))])
        {
            if (at < bytes.Count)
                bytes[at++] = value;
        }
    }

    /// <summary>Puts another number where a decimal one stands, from <paramref name="at"/> on.</summary>
    private void ReplaceNumber(List<byte> bytes, int at)
    {
        int start = bytes.FindIndex(at, value => value is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
            return;
        int end = bytes.FindIndex(start, value => value is not (>= (byte)'0' and <= (byte)'9'));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        string number = _random.Next(4) == 0 ? Pick(Tokens) : Pick(Numbers).ToString();
        bytes.InsertRange(start, Encoding.UTF8.GetBytes(number));
    }

    /// <summary>Puts a string that stands elsewhere in the file where a string stands, quotes included.</summary>
    private void ReplaceString(List<byte> bytes, int at)
    {
        (int start, int length) = FindString(bytes, at);
        (int otherStart, int otherLength) = FindString(bytes, _random.Next(bytes.Count + 1));
        if (length == 0 || otherLength == 0)
            return;
        List<byte> other = bytes.GetRange(otherStart, otherLength);
        bytes.RemoveRange(start, length);
        bytes.InsertRange(start, other);
    }

    private static (int Start, int Length) FindString(List<byte> bytes, int at)
    {
        int start = bytes.IndexOf((byte)'"', at);
        int end = start < 0 ? -1 : bytes.IndexOf((byte)'"', start + 1);
        return end < 0 ? (0, 0) : (start, end + 1 - start);
    }

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
