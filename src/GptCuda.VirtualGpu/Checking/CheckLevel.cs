namespace GptCuda.VirtualGpu.Checking;

/// <summary>How much is checked while a kernel runs: GPTCUDA_VIRTUAL_CHECKS.</summary>
public enum CheckLevel
{
    /// <summary>"none": nothing that costs time. A wild address is a fault still, as it would otherwise end the process.</summary>
    None,
    /// <summary>"bounds": every access lies in a live allocation and is aligned.</summary>
    Bounds,
    /// <summary>"all", the default: also uninitialised reads, races, cp.async waits and writes under ld.global.nc.</summary>
    All,
}
