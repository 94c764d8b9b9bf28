namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A PTX text that cannot be loaded: what is wrong, and where.</summary>
internal sealed class PtxSyntaxException : Exception
{
    /// <summary>Creates the error at a position of the text.</summary>
    /// <param name="module">The module's name, as given to the loader.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1.</param>
    /// <param name="problem">What is wrong there, with the offending text.</param>
    public PtxSyntaxException(string module, int line, int column, string problem)
        : base($"{module}:{line}:{column}: {problem}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line of the text, from 1.</summary>
    public int Line { get; }

    /// <summary>The column in that line, from 1.</summary>
    public int Column { get; }
}
