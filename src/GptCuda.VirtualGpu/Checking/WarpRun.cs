namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// Consecutive bytes that lanes of a warp access: each lane its own LaneBytes of them from FirstLane on, or, when LaneBytes is 0, every
/// lane in Lanes all of them.
/// </summary>
/// <param name="Start">Address of the first byte.</param>
/// <param name="Bytes">How many.</param>
/// <param name="FirstLane">The lane of the first byte.</param>
/// <param name="LaneBytes">Bytes a lane, or 0.</param>
/// <param name="Lanes">The lanes.</param>
internal readonly record struct WarpRun(ulong Start, int Bytes, int FirstLane, int LaneBytes, uint Lanes)
{
    /// <summary>The address behind the last byte.</summary>
    public ulong End => Start + (ulong)Bytes;
}
