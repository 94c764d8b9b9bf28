namespace GptCuda.VirtualGpu.Memory;

/// <summary>Who can reach an allocation, and what it counts against.</summary>
internal enum AllocationKind
{
    /// <summary>Device memory: counts against the device's size and starts uninitialised.</summary>
    Device,
    /// <summary>
    /// Page-locked host memory, which kernels reach by the same address. The host writes it unseen, so all of it counts as
    /// initialised.
    /// </summary>
    PinnedHost,
    /// <summary>A module's .const bank: initialised by its loader, and no kernel may write it.</summary>
    Constant,
}
