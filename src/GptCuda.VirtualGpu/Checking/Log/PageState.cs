namespace GptCuda.VirtualGpu.Checking.Log;

/// <summary>What a launch did with one 4 KiB page.</summary>
internal struct PageState
{
    /// <summary>The 32-byte sectors that were read.</summary>
    public UInt128 Loaded;

    /// <summary>The 32-byte sectors that were written.</summary>
    public UInt128 Stored;

    /// <summary>The first block that touched it.</summary>
    public int Owner;

    /// <summary>Whether other blocks touched it too.</summary>
    public bool IsShared;

    /// <summary>Whether it was read with ld.global.nc.</summary>
    public bool NonCoherent;
}
