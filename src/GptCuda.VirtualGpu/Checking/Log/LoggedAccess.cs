using System.Numerics;

namespace GptCuda.VirtualGpu.Checking.Log;

/// <summary>
/// Bytes of global memory, within one 4 KiB page, that lanes of one warp accessed alike. Laid out as <see cref="WarpRun"/>; where
/// several requests in a row were put together, lanes repeat every 32.
/// </summary>
internal struct LoggedAccess
{
    /// <summary>First byte.</summary>
    public ulong Start;

    /// <summary>How many bytes.</summary>
    public int Bytes;

    /// <summary>The lanes when LaneBytes is 0; the lane of the first byte otherwise.</summary>
    public uint Lanes;

    /// <summary>The block's time.</summary>
    public uint Stamp;

    /// <summary>Index, in the block's list, of what the lanes knew of other blocks.</summary>
    public int Behind;

    /// <summary>The instruction's index.</summary>
    public int Instruction;

    /// <summary>Bytes a lane, or 0.</summary>
    public byte LaneBytes;

    /// <summary>The warp.</summary>
    public byte Warp;

    /// <summary>What was done.</summary>
    public LoggedKinds Kinds;

    /// <summary>The address behind the last byte.</summary>
    public readonly ulong End => Start + (ulong)Bytes;

    /// <summary>The lanes that accessed the byte at an address.</summary>
    public readonly uint LanesAt(ulong address) =>
        LaneBytes == 0 ? Lanes : 1u << (int)((Lanes + (uint)(address - Start) / LaneBytes) & 31);

    /// <summary>The first thread that accessed the byte at an address.</summary>
    public readonly int ThreadAt(ulong address) => Warp * 32 + BitOperations.TrailingZeroCount(LanesAt(address));
}
