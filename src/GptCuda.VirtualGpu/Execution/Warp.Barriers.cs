using System.Numerics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Waiting at barriers of the block and of the warp.</summary>
internal sealed unsafe partial class Warp
{
    private readonly uint[] _namedLanes = new uint[Lanes];

    /// <summary>The lanes that wait at a barrier of the block.</summary>
    public uint WaitingAtBlock => Waiting(SplitState.AtBlockBarrier);

    /// <summary>The lanes that wait at a barrier of the warp.</summary>
    public uint WaitingAtWarp => Waiting(SplitState.AtWarpBarrier);

    /// <summary>Whether it can run.</summary>
    public bool IsRunnable
    {
        get
        {
            for (int i = 0; i < _splitCount; i++)
            {
                if (_splits[i].State == SplitState.Ready)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Its splits, for a message about who waits where.</summary>
    public ReadOnlySpan<WarpSplit> Splits => _splits.AsSpan(0, _splitCount);

    /// <summary>Lanes that wait at a meeting point for others.</summary>
    public uint WaitingToMeet
    {
        get
        {
            uint lanes = 0;
            foreach (MeetingPoint point in _nodes)
                lanes |= point.Block >= 0 ? point.Arrived : 0;
            return lanes;
        }
    }

    /// <summary>Lets the lanes that wait at a barrier go on, after giving each the barrier's result.</summary>
    /// <exception cref="VirtualFault">
    /// Lanes of the warp wait at different instructions that have to be executed by the whole warp.
    /// </exception>
    public void ReleaseFromBlockBarrier(int barrier, int result)
    {
        int seen = -1;
        for (int i = 0; i < _splitCount; i++)
        {
            ref WarpSplit split = ref _splits[i];
            if (split.State != SplitState.AtBlockBarrier)
                continue;
            Instruction* instruction = _code + split.Instruction;
            var form = (BarrierForm)instruction->Detail->Variant;
            if (BarrierNumber(instruction, split.Mask) != barrier)
                continue;
            if (instruction->Detail->Elements != 0 && seen >= 0 && seen != split.Instruction)
            {
                throw Fault(FaultKind.BarrierNotReached, instruction, BitOperations.TrailingZeroCount(split.Mask),
                    $"lanes 0x{split.Mask:x8} of the warp wait here, others at {Block.Launch.Kernel.Source(seen)}: "
                    + "all lanes of a warp have to "
                    + "execute the same bar instruction; move it out of the branch");
            }
            seen = split.Instruction;
            split.State = SplitState.Ready;
            Mask = split.Mask;
            if (form == BarrierForm.Count)
            {
                uint* d = (uint*)instruction->D.In(Registers);
                for (uint rest = split.Mask; rest != 0; rest &= rest - 1)
                    d[BitOperations.TrailingZeroCount(rest)] = (uint)result;
            }
            else if (form is BarrierForm.And or BarrierForm.Or)
            {
                SetPredicate(instruction->D, result != 0 ? uint.MaxValue : 0);
            }
        }
        MergeSplits();
    }

    private uint Waiting(SplitState state)
    {
        uint lanes = 0;
        for (int i = 0; i < _splitCount; i++)
            lanes |= _splits[i].State == state ? _splits[i].Mask : 0;
        return lanes;
    }

    private int BarrierNumber(Instruction* instruction, uint lanes)
    {
        bool hasResult = (BarrierForm)instruction->Detail->Variant >= BarrierForm.Count;
        uint* number = (uint*)(hasResult ? instruction->A : instruction->D).In(Registers);
        return (int)number[BitOperations.TrailingZeroCount(lanes)];
    }

    private void WaitAtBlockBarrier(BasicBlock block, Instruction* instruction, uint active)
    {
        var form = (BarrierForm)instruction->Detail->Variant;
        bool hasResult = form >= BarrierForm.Count;
        OperandSlot countSlot = hasResult ? instruction->B : instruction->A;
        int first = BitOperations.TrailingZeroCount(active), number = BarrierNumber(instruction, active);
        uint count = countSlot.IsPresent ? ((uint*)countSlot.In(Registers))[first] : 0;
        if (number is < 0 or > 15)
            throw Fault(FaultKind.IllegalInstruction, instruction, first, $"there is no barrier {number}; 0 to 15 are known");
        if (countSlot.IsPresent && (count == 0 || count % Lanes != 0))
            throw Fault(FaultKind.IllegalInstruction, instruction, first, $"a barrier's count is a multiple of 32, not {count}");
        uint predicate = hasResult ? *(uint*)instruction->C.In(Registers) & active : 0;
        uint rest = _splits[_current].Mask & ~active;
        SetCurrent(active, block.Next);
        if (rest != 0)
            Add(rest, block.Next);
        if (form != BarrierForm.Arrive)
        {
            _splits[_current].State = SplitState.AtBlockBarrier;
            _splits[_current].Instruction = instruction->Index;
        }
        Block.Barriers.Arrive(this, instruction, number, (int)count, active, predicate);
    }

    private void WaitAtWarpBarrier(BasicBlock block, Instruction* instruction, uint active)
    {
        uint* named = (uint*)instruction->D.In(Registers);
        bool alone = true;
        for (uint rest = active; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            _namedLanes[lane] = named[lane];
            if ((named[lane] >> lane & 1) == 0)
                throw Fault(
                    FaultKind.InactiveLane, instruction, lane, $"lane {lane} executes it but is not in its mask 0x{named[lane]:x8}");
            alone &= (named[lane] & Live & ~active) == 0;
        }
        uint others = _splits[_current].Mask & ~active;
        SetCurrent(active, block.Next);
        if (others != 0)
            Add(others, block.Next);
        if (alone)
        {
            Block.Checker.WarpBarrier(Index, active);
            return;
        }
        _splits[_current].State = SplitState.AtWarpBarrier;
        _splits[_current].Instruction = instruction->Index;
        ReleaseWarpBarriers();
    }

    /// <summary>Lets go on whoever waits at a warp barrier for nobody any more.</summary>
    private void ReleaseWarpBarriers()
    {
        uint waiting = WaitingAtWarp;
        uint released = 0;
        for (int i = 0; i < _splitCount; i++)
        {
            if (_splits[i].State != SplitState.AtWarpBarrier)
                continue;
            bool complete = true;
            for (uint rest = _splits[i].Mask; rest != 0; rest &= rest - 1)
                complete &= (_namedLanes[BitOperations.TrailingZeroCount(rest)] & Live & ~waiting) == 0;
            if (!complete)
                continue;
            _splits[i].State = SplitState.Ready;
            released |= _splits[i].Mask;
        }
        if (released == 0)
            return;
        Block.Checker.WarpBarrier(Index, released);
        MergeSplits();
    }

    /// <summary>Splits that a barrier has brought to one place on one way go on together.</summary>
    private void MergeSplits()
    {
        for (int i = 0; i < _splitCount; i++)
        {
            for (int other = _splitCount - 1; other > i; other--)
            {
                if (_splits[i].State != SplitState.Ready || _splits[other].State != SplitState.Ready
                    || _splits[i].Block != _splits[other].Block || _splits[i].Node != _splits[other].Node)
                    continue;
                _splits[i].Mask |= _splits[other].Mask;
                Remove(other);
            }
        }
    }
}
