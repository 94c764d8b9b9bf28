namespace GptCuda.VirtualGpu.Memory;

/// <summary>A PTX state space, after generic addresses have been resolved (PTX ISA, "State Spaces").</summary>
public enum StateSpace : byte
{
    /// <summary>Device memory; an address is a device pointer.</summary>
    Global,
    /// <summary>A block's shared memory; an address is a byte offset from its start.</summary>
    Shared,
    /// <summary>A thread's own memory; an address is a byte offset from its start.</summary>
    Local,
    /// <summary>A kernel's or function's parameters; an address is a byte offset from their start.</summary>
    Parameter,
    /// <summary>A module's constants; an address is a device pointer of the module's constant bank.</summary>
    Constant,
}
