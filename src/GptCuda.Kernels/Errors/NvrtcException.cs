namespace GptCuda.Kernels.Errors;

/// <summary>A kernel does not compile. The message has the compiler's first error, the source line, and the whole log.</summary>
public sealed class NvrtcException : Exception
{
    internal NvrtcException(string message, string file, string log)
        : base(message)
    {
        File = file;
        Log = log;
    }

    /// <summary>The kernel file.</summary>
    public string File { get; }

    /// <summary>What the compiler wrote; empty where it failed before that.</summary>
    public string Log { get; }
}
