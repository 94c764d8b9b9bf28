namespace GptCuda.Kernels.Libraries;

/// <summary>A native library cannot be found or used. The message lists every name and folder tried and says what to install.</summary>
public sealed class LibraryNotFoundException : Exception
{
    internal LibraryNotFoundException(CudaLibrary library, string message, IReadOnlyList<string> tried)
        : base(message)
    {
        Library = library;
        Tried = tried;
    }

    /// <summary>The library.</summary>
    public CudaLibrary Library { get; }

    /// <summary>What was tried, one thing a line, with the reason why it failed.</summary>
    public IReadOnlyList<string> Tried { get; }
}
