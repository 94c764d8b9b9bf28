namespace GptCuda.Kernels.Errors;

/// <summary>The GPU, or the host for pinned memory, has no room for an allocation.</summary>
public sealed class CudaOutOfMemoryException : CudaException
{
    internal CudaOutOfMemoryException(string message, string function, string codeName, int code, long asked, long free, long total)
        : base(message, function, codeName, code)
    {
        Asked = asked;
        Free = free;
        Total = total;
    }

    /// <summary>Bytes that were asked for.</summary>
    public long Asked { get; }

    /// <summary>Bytes of the GPU's memory that were free.</summary>
    public long Free { get; }

    /// <summary>Bytes of memory that the GPU has.</summary>
    public long Total { get; }
}
