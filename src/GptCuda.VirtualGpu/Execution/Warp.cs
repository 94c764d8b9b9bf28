using System.Numerics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// A warp: 32 lanes that execute in lock-step as long as they stand at the same place, and apart where they have diverged.
/// </summary>
internal sealed unsafe partial class Warp
{
    /// <summary>Lanes of a warp.</summary>
    public const int Lanes = 32;

    /// <summary>Basic blocks that a warp executes before others get a turn.</summary>
    private const int SliceBlocks = 1 << 14;

    /// <summary>Polls after which a warp lets others run: whoever it waits for may be among them.</summary>
    private const int SlicePolls = 16;

    private readonly Instruction* _code;
    private readonly BasicBlock[] _blocks;

    /// <summary>Creates warp <paramref name="index"/> of a block.</summary>
    public Warp(Block block, int index, byte* registers, Instruction* code)
    {
        Block = block;
        Index = index;
        Registers = registers;
        Access = new WarpMemory();
        Copies = new AsyncCopies();
        _code = code;
        _blocks = block.Launch.Kernel.Blocks;
    }

    /// <summary>Its block.</summary>
    public Block Block { get; }

    /// <summary>Its place in the block.</summary>
    public int Index { get; }

    /// <summary>Its registers, 32 lanes of each side by side.</summary>
    public byte* Registers { get; }

    /// <summary>The lanes that execute the present instruction.</summary>
    public uint Mask { get; set; }

    /// <summary>Each lane's carry flag.</summary>
    public uint Carry { get; set; }

    /// <summary>The lanes that have not exited.</summary>
    public uint Live { get; private set; }

    /// <summary>Strong loads, and atomics that changed nothing, in this slice: signs of waiting.</summary>
    public int Polls { get; private set; }

    /// <summary>The instruction of the last of them.</summary>
    public int LastPoll { get; private set; }

    /// <summary>Stores, and atomics that changed something: signs of progress.</summary>
    public long Stores { get; set; }

    /// <summary>Whether a streaming load has been issued.</summary>
    public bool HasStreamed { get; set; }

    /// <summary>Whether the result of a streaming load has been used.</summary>
    public bool HasUsedStreamed { get; set; }

    /// <summary>Where its memory instructions find their lanes' bytes.</summary>
    public WarpMemory Access { get; }

    /// <summary>Its cp.async copies under way.</summary>
    public AsyncCopies Copies { get; }

    /// <summary>Begins the warp anew.</summary>
    /// <param name="live">The lanes that have a thread.</param>
    public void Begin(uint live)
    {
        Live = live;
        Carry = 0;
        Polls = 0;
        Stores = 0;
        HasStreamed = HasUsedStreamed = false;
        Copies.Clear();
        // What a register holds that nothing has written is anything; all ones is a NaN in every format.
        new Span<byte>(Registers, Block.Launch.Kernel.RegisterFileBytes).Fill(0xff);
        foreach ((SpecialRegister special, int offset) in Block.Launch.Kernel.Specials)
            SpecialReader.Initialize(this, special, Registers + offset);
        BeginSplits(live);
    }

    /// <summary>Writes a predicate for the lanes that execute.</summary>
    public void SetPredicate(OperandSlot slot, uint value)
    {
        uint* predicate = (uint*)slot.In(Registers);
        *predicate = (*predicate & ~Mask) | (value & Mask);
    }

    /// <summary>An instruction has looked for something that others may do, and has not found it.</summary>
    public void NotePoll(Instruction* instruction)
    {
        Polls++;
        LastPoll = instruction->Index;
    }

    /// <summary>Makes a fault of an instruction.</summary>
    public VirtualFault Fault(FaultKind kind, Instruction* instruction, int lane, string detail) =>
        Block.Checker.Fault(kind, detail, Index, lane, instruction->Index);

    /// <summary>Runs until the warp ends, waits, or has had its slice.</summary>
    public WarpPause Run()
    {
        Polls = 0;
        int slice = SliceBlocks;
        while (TakeReadySplit())
        {
            ref WarpSplit split = ref _splits[_current];
            BasicBlock block = _blocks[split.Block];
            if (split.Node >= 0 && _nodes[split.Node].Block == split.Block)
            {
                Arrive();
                continue;
            }
            if (!block.NeedsTurn)
                Block.PassIdleTurn();
            else if (!Block.TakeTurn())
                return WarpPause.NeedsTurn;
            Block.Executions[split.Block]++;
            Block.Instructions += block.End - block.Start;
            Execute(block, split.Mask);
            if (Finish(block))
            {
                RotateSplits();
                return WarpPause.Yielded;
            }
            if (Polls >= SlicePolls || --slice == 0)
            {
                RotateSplits();
                return Polls > 0 ? WarpPause.Yielded : WarpPause.SliceEnded;
            }
        }
        return Live == 0 ? WarpPause.Finished : WarpPause.Waiting;
    }

    private void Execute(BasicBlock block, uint active)
    {
        byte* registers = Registers;
        Instruction* end = _code + block.End - (block.Control != ControlKind.None ? 1 : 0);
        for (Instruction* instruction = _code + block.Start; instruction < end; instruction++)
        {
            uint mask = active;
            if (instruction->Guard >= 0)
            {
                mask &= *(uint*)(registers + instruction->Guard) ^ instruction->GuardInverted;
                if (mask == 0)
                    continue;
            }
            Mask = mask;
            instruction->Handler(this, instruction);
        }
    }

    /// <summary>Does what a block's last instruction says about the flow of control; true when others should run now.</summary>
    private bool Finish(BasicBlock block)
    {
        ref WarpSplit split = ref _splits[_current];
        if (block.Control == ControlKind.None)
        {
            split.Block = block.Next;
            return false;
        }
        Instruction* last = _code + block.End - 1;
        uint active = split.Mask;
        if (last->Guard >= 0)
            active &= *(uint*)(Registers + last->Guard) ^ last->GuardInverted;
        if (block.Control == ControlKind.Branch)
        {
            if (active == 0)
                split.Block = block.Next;
            else if (active == split.Mask || block.Targets[0] == block.Next)
                split.Block = block.Targets[0];
            else
                Diverge(block, active);
            return false;
        }
        if (active == 0)
        {
            split.Block = block.Next;
            return false;
        }
        Mask = active;
        switch (block.Control)
        {
            case ControlKind.IndexedBranch:
                BranchByIndex(block, last, active);
                return false;
            case ControlKind.Exit:
                Exit(block, active);
                return false;
            case ControlKind.BlockBarrier:
                WaitAtBlockBarrier(block, last, active);
                return false;
            case ControlKind.WarpBarrier:
                WaitAtWarpBarrier(block, last, active);
                return false;
            default:
                split.Block = block.Next;
                return true;
        }
    }

    private void Diverge(BasicBlock block, uint taken)
    {
        Block.Checker.Counters.DivergentBranches++;
        uint notTaken = _splits[_current].Mask & ~taken;
        BeginDivergence(block.Reconvergence);
        // Which side runs first is open; a seed turns it round to shake out races between lanes.
        if (Block.Launch.Order.TakenFirst(Block.Number, Index, Block.Instructions))
        {
            Add(notTaken, block.Next);
            SetCurrent(taken, block.Targets[0]);
        }
        else
        {
            Add(taken, block.Targets[0]);
            SetCurrent(notTaken, block.Next);
        }
    }

    private void BranchByIndex(BasicBlock block, Instruction* last, uint active)
    {
        uint* index = (uint*)last->D.In(Registers);
        uint rest = active, inactive = _splits[_current].Mask & ~active;
        for (uint lanes = active; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            if (index[lane] >= (uint)block.Targets.Length)
            {
                throw Fault(FaultKind.IllegalInstruction, last, lane,
                    $"the index {index[lane]} is beyond the table of {block.Targets.Length} targets");
            }
        }
        int Target(uint lanes) => block.Targets[index[BitOperations.TrailingZeroCount(lanes)]];
        uint Same(uint lanes)
        {
            uint same = 0;
            int target = Target(lanes);
            for (uint others = lanes; others != 0; others &= others - 1)
            {
                if (Target(others) == target)
                    same |= others & (0 - others);
            }
            return same;
        }
        uint first = Same(rest);
        if (first == _splits[_current].Mask)
        {
            _splits[_current].Block = Target(first);
            return;
        }
        Block.Checker.Counters.DivergentBranches++;
        BeginDivergence(block.Reconvergence);
        SetCurrent(first, Target(first));
        for (rest &= ~first; rest != 0;)
        {
            uint same = Same(rest);
            Add(same, Target(same));
            rest &= ~same;
        }
        if (inactive != 0)
            Add(inactive, block.Next);
    }

    private void Exit(BasicBlock block, uint active)
    {
        Block.Checker.Exited(Index, active);
        uint rest = _splits[_current].Mask & ~active;
        if (rest == 0)
            RemoveCurrent();
        else
            SetCurrent(rest, block.Next);
        Live &= ~active;
        ForgetExited(active);
        Block.ThreadsExited();
        ReleaseWarpBarriers();
    }
}
