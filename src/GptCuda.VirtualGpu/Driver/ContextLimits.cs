namespace GptCuda.VirtualGpu.Driver;

/// <summary>What cuCtxSetLimit has set. Nothing here runs short of these; they are kept, and given back.</summary>
internal sealed class ContextLimits
{
    private readonly Dictionary<CUlimit, nuint> _values = new()
    {
        [CUlimit.CU_LIMIT_STACK_SIZE] = 1024,
        [CUlimit.CU_LIMIT_PRINTF_FIFO_SIZE] = 1 << 20,
        [CUlimit.CU_LIMIT_MALLOC_HEAP_SIZE] = 8 << 20,
        [CUlimit.CU_LIMIT_MAX_L2_FETCH_GRANULARITY] = 64,
        [CUlimit.CU_LIMIT_PERSISTING_L2_CACHE_SIZE] = 0,
    };

    /// <summary>A limit's value.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_UNSUPPORTED_LIMIT.</exception>
    public nuint this[CUlimit limit]
    {
        get => _values.TryGetValue(limit, out nuint value) ? value : throw Unsupported(limit);
        set => _values[limit] = _values.ContainsKey(limit) ? value : throw Unsupported(limit);
    }

    private static DriverException Unsupported(CUlimit limit) =>
        new(CUresult.CUDA_ERROR_UNSUPPORTED_LIMIT, $"limit {(int)limit} is not kept here.");
}
