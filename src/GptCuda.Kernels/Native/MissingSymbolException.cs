namespace GptCuda.Kernels.Native;

/// <summary>A native library lacks a function that is needed.</summary>
public sealed class MissingSymbolException : Exception
{
    /// <param name="library">The library that was asked.</param>
    /// <param name="symbol">The exported name that it lacks.</param>
    /// <param name="since">The CUDA version that brought the function (1000 x major + 10 x minor), or 0 where that says nothing.</param>
    public MissingSymbolException(string library, string symbol, int since = 0)
        : base(since == 0
            ? $"{library} does not export {symbol}: it is too old, or not the library that its name says."
            : $"{library} does not export {symbol}, which came with CUDA {CudaVersion.Text(since)}: "
                + "install a driver of that version or newer.")
    {
        Library = library;
        Symbol = symbol;
        Since = since;
    }

    /// <summary>The library that was asked.</summary>
    public string Library { get; }

    /// <summary>The exported name that it lacks.</summary>
    public string Symbol { get; }

    /// <summary>The CUDA version that brought the function (1000 x major + 10 x minor), or 0.</summary>
    public int Since { get; }
}
