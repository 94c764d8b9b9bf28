using System.Numerics;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// Gives PTX's many virtual registers places in a small register file, so that a warp's registers stay in the host's first-level cache.
/// Linear scan over live intervals: registers of one width share a place when their intervals do not overlap.
/// A lane's registers are live along that lane's path, which is a path of the graph, so divergence changes nothing.
/// </summary>
internal sealed class RegisterAllocation
{
    private readonly List<LoweredInstruction> _instructions;
    private readonly BasicBlock[] _blocks;
    private readonly int _words;
    private readonly int[] _first, _last;

    private RegisterAllocation(LoweredKernel kernel, BasicBlock[] blocks)
    {
        _instructions = kernel.Instructions;
        _blocks = blocks;
        int count = kernel.Registers.Count;
        _words = (count + 63) / 64;
        _first = new int[count];
        _last = new int[count];
        Array.Fill(_first, int.MaxValue);
        Array.Fill(_last, -1);
        // Positions are two an instruction: it reads at 2i and writes at 2i + 1.
        foreach ((_, int register) in kernel.Specials)
            Extend(register, 0);
        ulong[][] liveIn = FindLiveIn(out ulong[][] liveOut);
        for (int b = 0; b < blocks.Length; b++)
        {
            ExtendAll(liveIn[b], blocks[b].Start * 2);
            ExtendAll(liveOut[b], blocks[b].End * 2 - 1);
        }
        for (int i = 0; i < _instructions.Count; i++)
        {
            LoweredInstruction instruction = _instructions[i];
            // With several results, one may be written before the last source has been read.
            int read = i * 2 + (instruction.Operands.Count(operand => operand.IsResult) > 1 ? 1 : 0);
            if (instruction.Guard >= 0)
                Extend(instruction.Guard, read);
            foreach (LoweredOperand operand in instruction.Operands)
            {
                if (operand.Kind == LoweredOperandKind.Register)
                    Extend(operand.Register, operand.IsResult ? i * 2 + 1 : read);
            }
        }
    }

    /// <summary>Bytes that a register of a width takes for 32 lanes; a predicate takes a bit a lane.</summary>
    public static int PlaceBytes(int width) => width == 0 ? 4 : width * Warp.Lanes;

    /// <summary>Places a kernel's registers: the byte offset of each, -1 for one that no instruction names, and the file's size.</summary>
    public static (int[] Offsets, int FileBytes) Place(LoweredKernel kernel, BasicBlock[] blocks)
    {
        var intervals = new RegisterAllocation(kernel, blocks);
        int[] byStart = [.. Enumerable.Range(0, kernel.Registers.Count).Where(register => intervals._last[register] >= 0)
            .OrderBy(register => intervals._first[register])];
        var places = new int[kernel.Registers.Count];
        Array.Fill(places, -1);
        var counts = new Dictionary<int, int>();
        var free = new Dictionary<int, SortedSet<int>>();
        var active = new PriorityQueue<int, int>();
        foreach (int register in byStart)
        {
            while (active.TryPeek(out int oldest, out int end) && end < intervals._first[register])
            {
                active.Dequeue();
                free[kernel.Registers[oldest]].Add(places[oldest]);
            }
            int width = kernel.Registers[register];
            if (!free.TryGetValue(width, out SortedSet<int>? available))
                free.Add(width, available = []);
            if (available.Count > 0)
            {
                places[register] = available.Min;
                available.Remove(available.Min);
            }
            else
            {
                counts.TryGetValue(width, out int used);
                places[register] = used;
                counts[width] = used + 1;
            }
            active.Enqueue(register, intervals._last[register]);
        }
        return Layout(kernel, places, counts);
    }

    private static (int[] Offsets, int FileBytes) Layout(LoweredKernel kernel, int[] places, Dictionary<int, int> counts)
    {
        var starts = new Dictionary<int, int>();
        int bytes = 0;
        // Widest first keeps everything aligned; predicates come last.
        foreach (int width in counts.Keys.OrderDescending())
        {
            starts[width] = bytes;
            bytes += counts[width] * PlaceBytes(width);
        }
        var offsets = new int[places.Length];
        for (int i = 0; i < places.Length; i++)
            offsets[i] = places[i] < 0 ? -1 : starts[kernel.Registers[i]] + places[i] * PlaceBytes(kernel.Registers[i]);
        return (offsets, Math.Max(64, (bytes + 63) / 64 * 64));
    }

    private void Extend(int register, int position)
    {
        _first[register] = Math.Min(_first[register], position);
        _last[register] = Math.Max(_last[register], position);
    }

    private void ExtendAll(ulong[] registers, int position)
    {
        for (int word = 0; word < _words; word++)
        {
            for (ulong bits = registers[word]; bits != 0; bits &= bits - 1)
                Extend(word * 64 + BitOperations.TrailingZeroCount(bits), position);
        }
    }

    private ulong[][] FindLiveIn(out ulong[][] liveOut)
    {
        int count = _blocks.Length;
        ulong[][] reads = NewSets(count), kills = NewSets(count), liveIn = NewSets(count);
        liveOut = NewSets(count);
        for (int b = 0; b < count; b++)
        {
            for (int i = _blocks[b].Start; i < _blocks[b].End; i++)
                Visit(_instructions[i], reads[b], kills[b]);
        }
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int b = count - 1; b >= 0; b--)
            {
                foreach (int target in _blocks[b].Targets)
                    Unite(liveOut[b], liveIn[target]);
                if (_blocks[b].Next >= 0)
                    Unite(liveOut[b], liveIn[_blocks[b].Next]);
                for (int word = 0; word < _words; word++)
                {
                    ulong live = reads[b][word] | (liveOut[b][word] & ~kills[b][word]);
                    changed |= live != liveIn[b][word];
                    liveIn[b][word] = live;
                }
            }
        }
        return liveIn;
    }

    private static void Visit(LoweredInstruction instruction, ulong[] reads, ulong[] kills)
    {
        if (instruction.Guard >= 0)
            Read(instruction.Guard);
        foreach (LoweredOperand operand in instruction.Operands)
        {
            if (operand.Kind == LoweredOperandKind.Register && !operand.IsResult)
                Read(operand.Register);
        }
        foreach (LoweredOperand operand in instruction.Operands)
        {
            // What a guard leaves alone keeps its old value, so a guarded write does not end one.
            if (operand.Kind == LoweredOperandKind.Register && operand.IsResult && instruction.Guard < 0)
                kills[operand.Register >> 6] |= 1ul << operand.Register;
        }

        void Read(int register)
        {
            if ((kills[register >> 6] >> register & 1) == 0)
                reads[register >> 6] |= 1ul << register;
        }
    }

    private void Unite(ulong[] into, ulong[] from)
    {
        for (int word = 0; word < _words; word++)
            into[word] |= from[word];
    }

    private ulong[][] NewSets(int count)
    {
        var sets = new ulong[count][];
        for (int i = 0; i < count; i++)
            sets[i] = new ulong[_words];
        return sets;
    }
}
