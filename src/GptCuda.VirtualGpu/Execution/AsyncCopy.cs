using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>One cp.async of a warp, under way.</summary>
internal sealed unsafe class AsyncCopy
{
    private readonly byte[] _atIssue = new byte[Warp.Lanes * 16];

    /// <summary>The lanes whose copy has not been performed.</summary>
    public uint Lanes { get; set; }

    /// <summary>Bytes written a lane.</summary>
    public int Bytes { get; set; }

    /// <summary>Each lane's source, a device pointer.</summary>
    public ulong[] Sources { get; } = new ulong[Warp.Lanes];

    /// <summary>Each lane's destination, an offset in shared memory.</summary>
    public ulong[] Destinations { get; } = new ulong[Warp.Lanes];

    /// <summary>Bytes read by each lane; zeros are written behind them.</summary>
    public int[] SourceBytes { get; } = new int[Warp.Lanes];

    /// <summary>Each lane's group, counted from the warp's beginning.</summary>
    public int[] Groups { get; } = new int[Warp.Lanes];

    /// <summary>The instruction, for messages.</summary>
    public Instruction* Instruction { get; set; }

    /// <summary>The bytes that a lane reads, as they are now.</summary>
    public ReadOnlySpan<byte> Source(int lane) => new((void*)Sources[lane], SourceBytes[lane]);

    /// <summary>What they were when the copy was issued.</summary>
    public Span<byte> AtIssue(int lane) => _atIssue.AsSpan(lane * 16, SourceBytes[lane]);
}
