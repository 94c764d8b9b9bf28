using System.Numerics;
using System.Runtime.CompilerServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// The cp.async copies of a warp. A copy may be performed at any time up to its wait; here it is at the very wait, and its destination
/// holds NaNs until then, so that nothing can lean on its being early.
/// </summary>
internal sealed unsafe class AsyncCopies
{
    private readonly List<AsyncCopy> _pending = [];
    private readonly Stack<AsyncCopy> _unused = [];
    private readonly int[] _groups = new int[Warp.Lanes];

    /// <summary>Begins a warp anew.</summary>
    public void Clear()
    {
        foreach (AsyncCopy copy in _pending)
            _unused.Push(copy);
        _pending.Clear();
        Array.Clear(_groups);
    }

    /// <summary>cp.async. Operands: destination, source, and bytes to read where they are given.</summary>
    public void Issue(Warp warp, Instruction* instruction)
    {
        InstructionDetail* detail = instruction->Detail;
        AsyncCopy copy = _unused.TryPop(out AsyncCopy? unused) ? unused : new AsyncCopy();
        copy.Lanes = warp.Mask;
        copy.Instruction = instruction;
        copy.Bytes = detail->Variant;
        uint* given = instruction->All[2].IsPresent ? (uint*)instruction->All[2].In(warp.Registers) : null;
        fixed (ulong* sources = copy.Sources, destinations = copy.Destinations)
        {
            WarpMemory.Addresses(warp, &instruction->All[0], detail->AddressBytes, detail->Offset, destinations);
            WarpMemory.Addresses(warp, &instruction->All[1], detail->SecondAddressBytes, detail->SecondOffset, sources);
            for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                copy.SourceBytes[lane] = given is null ? copy.Bytes : (int)Math.Min(given[lane], (uint)copy.Bytes);
                copy.Groups[lane] = _groups[lane];
            }
            CheckAccesses(warp, instruction, copy, sources, destinations);
        }
        if (warp.Block.Checker.LooksForRaces)
            Remember(copy);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            Unsafe.InitBlock(warp.Block.Shared + copy.Destinations[BitOperations.TrailingZeroCount(rest)], 0xff, (uint)copy.Bytes);
        warp.HasStreamed = true;
        warp.Stores++;
        _pending.Add(copy);
    }

    /// <summary>cp.async.commit_group: what the lanes have issued since their last one is a group.</summary>
    public void Commit(uint mask)
    {
        for (uint rest = mask; rest != 0; rest &= rest - 1)
            _groups[BitOperations.TrailingZeroCount(rest)]++;
    }

    /// <summary>cp.async.wait_group and wait_all: performs the lanes' copies but for their latest groups.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="latest">How many of the latest groups may stay under way.</param>
    /// <param name="includeOpen">Whether copies that no group holds yet are waited for too.</param>
    public void Wait(Warp warp, int latest, bool includeOpen)
    {
        if (warp.HasStreamed)
            warp.Block.Checker.StreamedValueUsed(warp.Index);
        for (int i = 0; i < _pending.Count;)
        {
            AsyncCopy copy = _pending[i];
            uint arriving = 0;
            for (uint rest = copy.Lanes & warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                if (includeOpen || copy.Groups[lane] < _groups[lane] - latest)
                    arriving |= 1u << lane;
            }
            Perform(warp, copy, arriving);
            copy.Lanes &= ~arriving;
            if (copy.Lanes != 0)
            {
                i++;
                continue;
            }
            _pending.RemoveAt(i);
            _unused.Push(copy);
        }
    }

    private static void Remember(AsyncCopy copy)
    {
        for (uint rest = copy.Lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            copy.Source(lane).CopyTo(copy.AtIssue(lane));
        }
    }

    private static void Perform(Warp warp, AsyncCopy copy, uint lanes)
    {
        if (lanes == 0)
            return;
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            byte* destination = warp.Block.Shared + copy.Destinations[lane];
            int read = copy.SourceBytes[lane];
            if (warp.Block.Checker.LooksForRaces && !copy.Source(lane).SequenceEqual(copy.AtIssue(lane)))
            {
                throw warp.Fault(FaultKind.Race, copy.Instruction, lane,
                    $"the {read} bytes at 0x{copy.Sources[lane]:x} that it copies were written before it was waited for: it may copy "
                    + "the old ones or the new. Wait with cp.async.wait_group, and let the writer pass a barrier after that.");
            }
            Unsafe.CopyBlock(destination, (void*)copy.Sources[lane], (uint)read);
            Unsafe.InitBlock(destination + read, 0, (uint)(copy.Bytes - read));
        }
        fixed (ulong* destinations = copy.Destinations)
            warp.Block.Checker.AsyncCopyArrived(warp.Index, lanes, destinations, copy.Bytes);
    }

    private static void CheckAccesses(Warp warp, Instruction* instruction, AsyncCopy copy, ulong* sources, ulong* destinations)
    {
        var access = new WarpAccess
        {
            Warp = warp.Index,
            ActiveMask = warp.Mask,
            Space = StateSpace.Shared,
            Kind = AccessKind.AsyncCopyWrite,
            BytesPerLane = copy.Bytes,
            Addresses = destinations,
            Instruction = instruction->Index,
        };
        warp.Block.Checker.Access(access);
        access.Space = StateSpace.Global;
        access.Kind = AccessKind.AsyncCopyRead;
        access.Hints = instruction->Detail->Hints;
        access.Addresses = sources;
        access.Alignment = copy.Bytes;
        // Lanes that read as many bytes are one access; those that read none are none.
        for (uint rest = warp.Mask; rest != 0;)
        {
            int bytes = copy.SourceBytes[BitOperations.TrailingZeroCount(rest)];
            uint same = 0;
            for (uint others = rest; others != 0; others &= others - 1)
                same |= copy.SourceBytes[BitOperations.TrailingZeroCount(others)] == bytes ? others & (0 - others) : 0;
            rest &= ~same;
            if (bytes == 0)
                continue;
            access.ActiveMask = same;
            access.BytesPerLane = bytes;
            warp.Block.Checker.Access(access);
        }
    }
}
