namespace GptCuda.VirtualGpu.Ptx;

/// <summary>What a token of PTX is.</summary>
internal enum PtxTokenKind
{
    /// <summary>The end of the text.</summary>
    End,
    /// <summary>A name: opcode, register, label or symbol.</summary>
    Word,
    /// <summary>A dot and what follows it without a space: directive, type or modifier. The text is without the dot.</summary>
    Dotted,
    /// <summary>An integer literal; its bits are the token's value.</summary>
    Integer,
    /// <summary>A single-precision literal; its bits are the token's value.</summary>
    Single,
    /// <summary>A double-precision literal; its bits are the token's value.</summary>
    Double,
    /// <summary>A quoted string; the text is without the quotes.</summary>
    String,
    /// <summary>One character of punctuation.</summary>
    Punctuation,
}
