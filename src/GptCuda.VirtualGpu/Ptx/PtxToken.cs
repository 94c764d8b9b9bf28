namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A token of PTX and where it stands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, as <see cref="PtxTokenKind"/> says.</param>
/// <param name="Value">The bits of a literal.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
/// <param name="AfterSpace">Whether white space or a comment stands before it.</param>
internal readonly record struct PtxToken(PtxTokenKind Kind, string Text, ulong Value, int Line, int Column, bool AfterSpace)
{
    /// <summary>Whether it is this one character of punctuation.</summary>
    public bool Is(char punctuation) => Kind == PtxTokenKind.Punctuation && Text[0] == punctuation;

    /// <summary>Whether it is this directive, type or modifier (without the dot).</summary>
    public bool IsDotted(string name) => Kind == PtxTokenKind.Dotted && Text == name;
}
