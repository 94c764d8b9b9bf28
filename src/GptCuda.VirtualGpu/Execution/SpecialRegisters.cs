namespace GptCuda.VirtualGpu.Execution;

/// <summary>The special registers by name.</summary>
internal static class SpecialRegisters
{
    private static readonly Dictionary<string, SpecialRegister> ByName = new(StringComparer.Ordinal)
    {
        ["%tid.x"] = SpecialRegister.ThreadX,
        ["%tid.y"] = SpecialRegister.ThreadY,
        ["%tid.z"] = SpecialRegister.ThreadZ,
        ["%ntid.x"] = SpecialRegister.ThreadsX,
        ["%ntid.y"] = SpecialRegister.ThreadsY,
        ["%ntid.z"] = SpecialRegister.ThreadsZ,
        ["%ctaid.x"] = SpecialRegister.BlockX,
        ["%ctaid.y"] = SpecialRegister.BlockY,
        ["%ctaid.z"] = SpecialRegister.BlockZ,
        ["%nctaid.x"] = SpecialRegister.BlocksX,
        ["%nctaid.y"] = SpecialRegister.BlocksY,
        ["%nctaid.z"] = SpecialRegister.BlocksZ,
        ["%laneid"] = SpecialRegister.Lane,
        ["%warpid"] = SpecialRegister.Warp,
        ["%nwarpid"] = SpecialRegister.Warps,
        ["%smid"] = SpecialRegister.Multiprocessor,
        ["%nsmid"] = SpecialRegister.Multiprocessors,
        ["%gridid"] = SpecialRegister.Grid,
        ["%lanemask_eq"] = SpecialRegister.LaneEqual,
        ["%lanemask_le"] = SpecialRegister.LanesUpTo,
        ["%lanemask_lt"] = SpecialRegister.LanesBelow,
        ["%lanemask_ge"] = SpecialRegister.LanesFrom,
        ["%lanemask_gt"] = SpecialRegister.LanesAbove,
        ["%dynamic_smem_size"] = SpecialRegister.DynamicShared,
        ["%total_smem_size"] = SpecialRegister.TotalShared,
        ["%clock"] = SpecialRegister.Clock,
        ["%clock_hi"] = SpecialRegister.ClockHigh,
        ["%clock64"] = SpecialRegister.Clock64,
        ["%globaltimer"] = SpecialRegister.GlobalTimer,
        ["%globaltimer_lo"] = SpecialRegister.Clock,
        ["%globaltimer_hi"] = SpecialRegister.ClockHigh,
    };

    /// <summary>The register of a name; false when the name is not a special register's.</summary>
    public static bool TryParse(string name, out SpecialRegister register) => ByName.TryGetValue(name, out register);

    /// <summary>Its width.</summary>
    public static int Bytes(this SpecialRegister register) =>
        register is SpecialRegister.Grid or SpecialRegister.Clock64 or SpecialRegister.GlobalTimer ? 8 : 4;

    /// <summary>Whether the lanes of a warp see different values.</summary>
    public static bool DiffersByLane(this SpecialRegister register) => register is SpecialRegister.ThreadX or SpecialRegister.ThreadY
        or SpecialRegister.ThreadZ or SpecialRegister.Lane or (>= SpecialRegister.LaneEqual and <= SpecialRegister.LanesAbove);

    /// <summary>Whether it changes while a warp runs, so that it has to be read anew each time.</summary>
    public static bool Changes(this SpecialRegister register) => register >= SpecialRegister.Clock;
}
