namespace GptCuda.Engine.Tokenization;

/// <summary>What GPT-2's word pattern distinguishes of a code point.</summary>
internal enum RuneClass : byte
{
    /// <summary>None of the others: punctuation, marks, symbols, controls, unassigned.</summary>
    Other,

    /// <summary>General categories L* (\p{L}).</summary>
    Letter,

    /// <summary>General categories N* (\p{N}), so fractions and Roman numerals as well.</summary>
    Number,

    /// <summary>Unicode's White_Space (\s): U+0085 is one, U+001C to U+001F, U+180E, U+200B and U+FEFF are not.</summary>
    Space,
}
