namespace GptCuda.VirtualGpu.Execution;

/// <summary>A register that the hardware sets (PTX ISA, "Special Registers").</summary>
internal enum SpecialRegister
{
    /// <summary>%tid.x</summary>
    ThreadX,
    /// <summary>%tid.y</summary>
    ThreadY,
    /// <summary>%tid.z</summary>
    ThreadZ,
    /// <summary>%ntid.x</summary>
    ThreadsX,
    /// <summary>%ntid.y</summary>
    ThreadsY,
    /// <summary>%ntid.z</summary>
    ThreadsZ,
    /// <summary>%ctaid.x</summary>
    BlockX,
    /// <summary>%ctaid.y</summary>
    BlockY,
    /// <summary>%ctaid.z</summary>
    BlockZ,
    /// <summary>%nctaid.x</summary>
    BlocksX,
    /// <summary>%nctaid.y</summary>
    BlocksY,
    /// <summary>%nctaid.z</summary>
    BlocksZ,
    /// <summary>%laneid</summary>
    Lane,
    /// <summary>%warpid: here the warp's place in its block.</summary>
    Warp,
    /// <summary>%nwarpid</summary>
    Warps,
    /// <summary>%smid: here the block's number modulo the device's multiprocessors.</summary>
    Multiprocessor,
    /// <summary>%nsmid</summary>
    Multiprocessors,
    /// <summary>%gridid</summary>
    Grid,
    /// <summary>%lanemask_eq</summary>
    LaneEqual,
    /// <summary>%lanemask_le</summary>
    LanesUpTo,
    /// <summary>%lanemask_lt</summary>
    LanesBelow,
    /// <summary>%lanemask_ge</summary>
    LanesFrom,
    /// <summary>%lanemask_gt</summary>
    LanesAbove,
    /// <summary>%dynamic_smem_size</summary>
    DynamicShared,
    /// <summary>%total_smem_size</summary>
    TotalShared,
    /// <summary>%clock: here the instructions that the block has executed.</summary>
    Clock,
    /// <summary>%clock_hi</summary>
    ClockHigh,
    /// <summary>%clock64</summary>
    Clock64,
    /// <summary>%globaltimer: here as %clock64.</summary>
    GlobalTimer,
}
