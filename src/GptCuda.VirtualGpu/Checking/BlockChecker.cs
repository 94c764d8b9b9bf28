using System.Numerics;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Checking.Log;
using GptCuda.VirtualGpu.Checking.Ordering;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// Watches one block of a launch: every memory access before it is performed, every synchronisation after it is complete.
/// Used by one host thread at a time.
/// </summary>
internal sealed unsafe partial class BlockChecker : IDisposable
{
    private readonly LaunchChecker _launch;
    private readonly LaunchDescription _description;
    private readonly DeviceMemory _memory;
    private readonly CheckLevel _level;
    private readonly BlockOrder _order;
    private BlockShadow? _shadow;
    private readonly AccessLog? _log;
    private readonly WarpRun[] _runs = new WarpRun[32];
    private uint _warpsThatUsedStreamed;
    // The first read of what is not written yet. Should another thread write it later, it is a race, and that is what has to be repaired:
    // the fault waits for the end, and goes before whatever the undefined value leads to meanwhile.
    private VirtualFault? _uninitialized;
    private bool _isOnlyGlobal = true;

    internal BlockChecker(LaunchChecker launch, long block)
    {
        _launch = launch;
        _description = launch.Launch;
        _memory = launch.Memory;
        _level = launch.Level;
        Block = block;
        _order = new BlockOrder(block, _description.Threads);
        if (_level == CheckLevel.None)
            return;
        _log = new AccessLog(_description.Warps);
        if (_level == CheckLevel.All)
            _shadow = BlockShadow.Take(_description);
    }

    /// <summary>Whether races are looked for.</summary>
    public bool LooksForRaces => _shadow is not null;

    /// <summary>The block's linear index.</summary>
    public long Block { get; }

    /// <summary>What the block did.</summary>
    public BlockCounters Counters { get; } = new();

    /// <summary>
    /// Checks and counts an access. To be called before the access is performed; for strong accesses to global memory both in the block's
    /// turn, when no other block performs one.
    /// </summary>
    /// <param name="access">The access. An empty mask is an access of nobody.</param>
    /// <exception cref="VirtualFault">The access is faulty; it must not be performed.</exception>
    public void Access(in WarpAccess access)
    {
        if (access.ActiveMask == 0)
            return;
        switch (access.Space)
        {
            case StateSpace.Global:
                AccessGlobal(access);
                break;
            case StateSpace.Shared:
                AccessShared(access);
                break;
            case StateSpace.Local:
                AccessLocal(access);
                break;
            case StateSpace.Parameter:
                DemandInside(access, "the kernel's parameters", _description.ParameterBytes);
                DemandReadOnly(access, "kernel parameters");
                break;
            case StateSpace.Constant:
                AccessConstant(access);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(access), access.Space, "not a state space");
        }
    }

    /// <summary>
    /// An instruction of a warp uses, for the first time in the warp's life, a register that a streaming load gave
    /// (<see cref="CacheHints.Streaming"/>), or waits for a cp.async. Further calls do nothing.
    /// </summary>
    /// <param name="warp">The warp.</param>
    public void StreamedValueUsed(int warp) => _warpsThatUsedStreamed |= 1u << warp;

    /// <summary>Ends the block after its last thread has exited.</summary>
    /// <exception cref="VirtualFault">The block has read shared or local memory that it never wrote.</exception>
    public void Complete()
    {
        Dispose();
        if (_uninitialized is not null && !_isOnlyGlobal)
            throw _uninitialized;
        _launch.Finished(Block, _log, Counters, _uninitialized);
    }

    /// <summary>Gives back what the block needed while it ran; for a block that a fault has stopped.</summary>
    public void Dispose()
    {
        _shadow?.Return();
        _shadow = null;
    }

    /// <summary>Makes a fault that the executor has found itself, with the block's and thread's coordinates filled in.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="detail">What happened, with the actual values, and what to do.</param>
    /// <param name="warp">The warp, or -1 where no thread is meant.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="instruction">The instruction's index, or -1.</param>
    public VirtualFault Fault(FaultKind kind, string detail, int warp = -1, int lane = 0, int instruction = -1) =>
        _uninitialized ?? new(kind, $"kernel {_description.Kernel}", detail)
        {
            Block = _description.Grid.Coordinates(Block),
            Thread = warp < 0 ? null : _description.Block.Coordinates(warp * 32 + lane),
            At = instruction < 0 ? null : _description.Source(instruction),
        };

    private VirtualFault Fault(FaultKind kind, string detail, in WarpAccess access, int lane, ulong address,
        string? allocation = null, long outside = 0, int otherInstruction = -1)
    {
        if (_uninitialized is not null && kind is not (FaultKind.Race or FaultKind.AsyncCopyPending))
            return _uninitialized;
        return new(kind, $"kernel {_description.Kernel}", detail)
        {
            Block = _description.Grid.Coordinates(Block),
            Thread = _description.Block.Coordinates(access.Warp * 32 + lane),
            At = _description.Source(access.Instruction),
            OtherAt = otherInstruction < 0 ? null : _description.Source(otherInstruction),
            Address = address,
            Allocation = allocation,
            Outside = outside,
        };
    }

    private void DemandAligned(in WarpAccess access)
    {
        var alignment = (ulong)(access.Alignment > 0 ? access.Alignment : access.BytesPerLane);
        if (_level == CheckLevel.None || alignment == 1)
            return;
        var bits = 0UL;
        if (access.ActiveMask == uint.MaxValue)
        {
            var all = Vector256<ulong>.Zero;
            for (var lane = 0; lane < 32; lane += 4)
                all |= Vector256.Load(access.Addresses + lane);
            bits = all[0] | all[1] | all[2] | all[3];
        }
        else
        {
            for (var rest = access.ActiveMask; rest != 0; rest &= rest - 1)
                bits |= access.Addresses[BitOperations.TrailingZeroCount(rest)];
        }
        if ((bits & (alignment - 1)) == 0)
            return;
        for (var lane = BitOperations.TrailingZeroCount(access.ActiveMask); ; lane++)
        {
            var address = access.Addresses[lane];
            if ((access.ActiveMask >> lane & 1) == 0 || (address & (alignment - 1)) == 0)
                continue;
            var allocation = access.Space == StateSpace.Global ? _memory.Find(address) : null;
            throw Fault(FaultKind.Misaligned,
                $"a {alignment}-byte access to {Place(access.Space, address, allocation)}, {address & (alignment - 1)} "
                + "bytes behind a multiple "
                + $"of {alignment}. Align the pointer, or use a narrower access.",
                access, lane, address, allocation?.Name);
        }
    }

    private void DemandInside(in WarpAccess access, string what, long size)
    {
        var limit = size - access.BytesPerLane;
        if (access.ActiveMask == uint.MaxValue && limit >= 0)
        {
            var greatest = Vector256.Create((ulong)limit);
            var outsideOfIt = Vector256<ulong>.Zero;
            for (var lane = 0; lane < 32; lane += 4)
                outsideOfIt |= Vector256.GreaterThan(Vector256.Load(access.Addresses + lane), greatest);
            if (outsideOfIt == Vector256<ulong>.Zero)
            {
                DemandAligned(access);
                return;
            }
        }
        for (var rest = access.ActiveMask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            var address = access.Addresses[lane];
            if (limit >= 0 && address <= (ulong)limit)
                continue;
            // Offsets are 64-bit differences: one with its top bit set lies before the start.
            var outside = (long)address < 0 ? (long)address : (long)address + access.BytesPerLane - size;
            throw Fault(FaultKind.OutOfBounds,
                $"{access.BytesPerLane} bytes at {access.Space} offset {(long)address} "
                + (outside < 0 ? $"begin {-outside} bytes before the start of {what}." : $"end {outside} bytes behind the {size} bytes of {what}."),
                access, lane, address, what, outside);
        }
        DemandAligned(access);
    }

    private void DemandReadOnly(in WarpAccess access, string what)
    {
        if (access.Kind == AccessKind.Load)
            return;
        var lane = BitOperations.TrailingZeroCount(access.ActiveMask);
        throw Fault(FaultKind.ReadOnlyWrite, $"a write to {what}, which no kernel may write.", access, lane, access.Addresses[lane]);
    }

    private static string Place(StateSpace space, ulong address, Allocation? allocation) =>
        allocation is null ? $"{space} 0x{address:x}" : $"0x{address:x}, byte {address - allocation.Address} of {allocation}";

    private static bool Reads(AccessKind kind) => kind is not (AccessKind.Store or AccessKind.AsyncCopyWrite);

    private static bool Writes(AccessKind kind) => kind is not (AccessKind.Load or AccessKind.AsyncCopyRead);
}
