using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Cuts text into the words that are merged separately, as GPT-2's pattern does:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, read the way Python's regex module reads it
/// (encoder.py): code points, not UTF-16 units, and \s is White_Space. Categories are those of the runtime's Unicode version.
/// </summary>
internal static class WordScanner
{
    /// <summary>What <see cref="FindEnd"/> returns where more text could make the word longer.</summary>
    public const int NeedsMore = -1;

    /// <summary>In <see cref="Classes"/>: part of a longer sequence, to be decoded.</summary>
    private const byte NotAscii = 0xFF;

    private static readonly byte[] Classes = MakeClasses();

    /// <summary>Where the word that begins at <paramref name="start"/> ends.</summary>
    /// <param name="text">Valid UTF-8 that ends with a whole code point.</param>
    /// <param name="start">A code point's first byte.</param>
    /// <param name="final">Whether the text ends here; otherwise more may follow.</param>
    /// <returns>The index past the word, or <see cref="NeedsMore"/>, which is never the answer for final text.</returns>
    public static int FindEnd(ReadOnlySpan<byte> text, int start, bool final)
    {
        // The longest look ahead that a run does not cover by itself: the three bytes of "'re".
        if (!final && text.Length - start < 3) return NeedsMore;
        byte first = text[start];
        if (first == '\'' && ContractionLength(text[(start + 1)..]) is int letters and > 0) return start + 1 + letters;

        // One space joins a following run of letters, numbers or others.
        int at = start;
        if (first == ' ' && start + 1 < text.Length && ClassAt(text, start + 1, out _) != RuneClass.Space) at++;

        RuneClass run = ClassAt(text, at, out int last);
        at += last;
        if (run == RuneClass.Letter) at += CountAsciiLetters(text[at..]);
        while (at < text.Length)
        {
            byte kind = Classes[text[at]];
            int size = 1;
            if (kind == NotAscii) kind = (byte)ClassAt(text, at, out size);
            if (kind != (byte)run) break;
            at += last = size;
        }
        if (at == text.Length) return final ? at : NeedsMore;

        // \s+(?!\S) leaves the last of several spaces to the word that follows.
        return run == RuneClass.Space && at - last > start ? at - last : at;
    }

    /// <summary>The class of a code point.</summary>
    public static RuneClass ClassOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => RuneClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => RuneClass.Number,
        _ => Rune.IsWhiteSpace(rune) ? RuneClass.Space : RuneClass.Other,
    };

    /// <summary>
    /// How many ASCII letters stand at the beginning of text, of the first sixteen bytes; 0 where there are not so many. Not needed
    /// for the answer, but most of any English word.
    /// </summary>
    private static int CountAsciiLetters(ReadOnlySpan<byte> text)
    {
        if (text.Length < Vector128<byte>.Count) return 0;
        Vector128<byte> fromA = (Vector128.Create(text) | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
        uint strangers = Vector128.GreaterThan(fromA, Vector128.Create((byte)('z' - 'a'))).ExtractMostSignificantBits();
        return BitOperations.TrailingZeroCount(strangers | 0x1_0000);
    }

    private static RuneClass ClassAt(ReadOnlySpan<byte> text, int at, out int size)
    {
        byte kind = Classes[text[at]];
        size = 1;
        if (kind != NotAscii) return (RuneClass)kind;
        Rune.DecodeFromUtf8(text[at..], out Rune rune, out size);
        Debug.Assert(rune != Rune.ReplacementChar || size == 3);
        return ClassOf(rune);
    }

    /// <summary>Letters of a contraction after its apostrophe, or 0. Lower case only, as in the pattern.</summary>
    private static int ContractionLength(ReadOnlySpan<byte> rest) => rest switch
    {
        [(byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', ..] => 1,
        [(byte)'r' or (byte)'v', (byte)'e', ..] or [(byte)'l', (byte)'l', ..] => 2,
        _ => 0,
    };

    private static byte[] MakeClasses()
    {
        var classes = new byte[256];
        for (int value = 0; value < 256; value++) classes[value] = value < 0x80 ? (byte)ClassOf(new Rune(value)) : NotAscii;
        return classes;
    }
}
