namespace GptCuda.VirtualGpu.Driver;

/// <summary>How a stream came to be.</summary>
internal enum StreamKind
{
    /// <summary>The stream that handle 0 means.</summary>
    Legacy,

    /// <summary>A thread's default stream.</summary>
    PerThread,

    /// <summary>Made by cuStreamCreate.</summary>
    Created,
}
