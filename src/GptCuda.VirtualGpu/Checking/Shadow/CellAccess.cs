namespace GptCuda.VirtualGpu.Checking.Shadow;

/// <summary>
/// Consecutive bytes that lanes of one warp access: each lane its own LaneBytes of them from FirstLane on, or, when LaneBytes is 0,
/// every lane in Lanes all of them.
/// </summary>
/// <param name="FirstByte">Offset of the first byte in the shadowed memory.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Warp">The warp.</param>
/// <param name="FirstLane">The lane of the first byte.</param>
/// <param name="LaneBytes">Bytes a lane, or 0.</param>
/// <param name="Lanes">The lanes.</param>
/// <param name="Strength">How it is strong towards the block's other threads, as <see cref="ShadowRecord.Strength"/> has it.</param>
/// <param name="Instruction">The instruction's index.</param>
internal readonly record struct CellAccess(
    int FirstByte, int Bytes, int Warp, int FirstLane, int LaneBytes, uint Lanes, long Strength, int Instruction)
{
    /// <summary>Whether the access is strong.</summary>
    public bool IsStrong => Strength != 0;

    /// <summary>The lanes that access the byte at an offset from the first.</summary>
    public uint LanesAt(int offset) => LaneBytes == 0 ? Lanes : 1u << (FirstLane + offset / LaneBytes);
}
