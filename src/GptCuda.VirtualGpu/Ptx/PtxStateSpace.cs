namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Where a declared PTX variable lives.</summary>
internal enum PtxStateSpace
{
    /// <summary>Device memory, initialised when the module is loaded.</summary>
    Global,
    /// <summary>Read-only device memory.</summary>
    Const,
    /// <summary>A block's shared memory.</summary>
    Shared,
    /// <summary>A thread's own memory.</summary>
    Local,
    /// <summary>A parameter of a kernel or function, or an argument of a call.</summary>
    Param,
    /// <summary>A register.</summary>
    Register,
}
