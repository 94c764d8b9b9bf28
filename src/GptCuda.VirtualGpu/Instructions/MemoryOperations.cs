using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Loads and stores: the addresses are checked for the whole warp, then the lanes' bytes are moved.</summary>
internal static unsafe class MemoryOperations
{
    /// <summary>ld into registers of <typeparamref name="TRegister"/>, each value widened from <typeparamref name="TMemory"/>.</summary>
    public static void Load<TMemory, TRegister>(Warp warp, Instruction* instruction)
        where TMemory : unmanaged, IBinaryInteger<TMemory>
        where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        InstructionDetail* detail = instruction->Detail;
        int elements = detail->Elements;
        byte** pointers = warp.Access.Resolve(warp, instruction, &instruction->All[elements]);
        byte* registers = warp.Registers;
        uint mask = warp.Mask;
        if (mask == LaneMask.All && sizeof(TMemory) == 4 && sizeof(TRegister) == 4 && elements is 1 or 4)
        {
            if (elements == 4)
                LoadQuads(instruction, pointers, registers);
            else
                LoadWords((uint*)instruction->D.In(registers), pointers);
            return;
        }
        for (int element = 0; element < elements; element++)
        {
            TRegister* d = (TRegister*)instruction->All[element].In(registers);
            if (mask == LaneMask.All)
            {
                for (int lane = 0; lane < Warp.Lanes; lane++)
                    d[lane] = TRegister.CreateTruncating(((TMemory*)pointers[lane])[element]);
                continue;
            }
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                d[lane] = TRegister.CreateTruncating(((TMemory*)pointers[lane])[element]);
            }
        }
    }

    /// <summary>32 words: neighbours, as most loads are, all at once.</summary>
    private static void LoadWords(uint* d, byte** pointers)
    {
        var expected = Vector256.Create((ulong)pointers[0]) + Vector256.Create(0ul, 4, 8, 12);
        var step = Vector256.Create(16ul);
        bool neighbours = true;
        for (int lane = 0; lane < Warp.Lanes && neighbours; lane += 4, expected += step)
            neighbours = Vector256.EqualsAll(Vector256.Load((ulong*)pointers + lane), expected);
        if (neighbours)
        {
            Buffer.MemoryCopy(pointers[0], d, Warp.Lanes * sizeof(uint), Warp.Lanes * sizeof(uint));
            return;
        }
        for (int lane = 0; lane < Warp.Lanes; lane++)
            d[lane] = *(uint*)pointers[lane];
    }

    /// <summary>Four words a lane, four lanes at a time, turned so that each register's lanes lie side by side.</summary>
    private static void LoadQuads(Instruction* instruction, byte** pointers, byte* registers)
    {
        uint* d0 = (uint*)instruction->All[0].In(registers), d1 = (uint*)instruction->All[1].In(registers);
        uint* d2 = (uint*)instruction->All[2].In(registers), d3 = (uint*)instruction->All[3].In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 4)
        {
            Vector128<uint> a = Vector128.Load((uint*)pointers[lane]), b = Vector128.Load((uint*)pointers[lane + 1]);
            Vector128<uint> c = Vector128.Load((uint*)pointers[lane + 2]), d = Vector128.Load((uint*)pointers[lane + 3]);
            Vector128<ulong> ab01 = InterleaveLow(a, b), ab23 = InterleaveHigh(a, b), cd01 = InterleaveLow(c, d),
                cd23 = InterleaveHigh(c, d);
            InterleaveLow(ab01, cd01).Store((ulong*)(d0 + lane));
            InterleaveHigh(ab01, cd01).Store((ulong*)(d1 + lane));
            InterleaveLow(ab23, cd23).Store((ulong*)(d2 + lane));
            InterleaveHigh(ab23, cd23).Store((ulong*)(d3 + lane));
        }
    }

    private static Vector128<ulong> InterleaveLow(Vector128<uint> a, Vector128<uint> b) =>
        (Sse2.IsSupported ? Sse2.UnpackLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1])).AsUInt64();

    private static Vector128<ulong> InterleaveHigh(Vector128<uint> a, Vector128<uint> b) =>
        (Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3])).AsUInt64();

    private static Vector128<ulong> InterleaveLow(Vector128<ulong> a, Vector128<ulong> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : Vector128.Create(a[0], b[0]);

    private static Vector128<ulong> InterleaveHigh(Vector128<ulong> a, Vector128<ulong> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : Vector128.Create(a[1], b[1]);

    /// <summary>st of the low bytes of registers of <typeparamref name="TRegister"/>.</summary>
    public static void Store<TMemory, TRegister>(Warp warp, Instruction* instruction)
        where TMemory : unmanaged, IBinaryInteger<TMemory>
        where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        InstructionDetail* detail = instruction->Detail;
        int elements = detail->Elements;
        byte** pointers = warp.Access.Resolve(warp, instruction, &instruction->All[0], firstValue: 1, sizeof(TRegister));
        byte* registers = warp.Registers;
        warp.Stores++;
        for (int element = 0; element < elements; element++)
        {
            TRegister* source = (TRegister*)instruction->All[1 + element].In(registers);
            for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                ((TMemory*)pointers[lane])[element] = TMemory.CreateTruncating(source[lane]);
            }
        }
    }

    /// <summary>ld.param of a kernel's parameter at a known place: one value for all lanes.</summary>
    public static void LoadParameter(Warp warp, Instruction* instruction)
    {
        InstructionDetail* detail = instruction->Detail;
        warp.Access.CheckParameter(warp, instruction);
        byte* source = warp.Block.Parameters + detail->Offset;
        for (int element = 0; element < detail->Elements; element++, source += detail->ElementBytes)
        {
            ulong value = 0;
            Unsafe.CopyBlock(&value, source, (uint)detail->ElementBytes);
            if (detail->Variant != 0)
            {
                int unused = 64 - detail->ElementBytes * 8;
                value = (ulong)((long)(value << unused) >> unused);
            }
            byte* d = instruction->All[element].In(warp.Registers);
            switch (detail->AddressBytes)
            {
                case 2: Broadcast(warp.Mask, (ushort*)d, (ushort)value); break;
                case 4: Broadcast(warp.Mask, (uint*)d, (uint)value); break;
                default: Broadcast(warp.Mask, (ulong*)d, value); break;
            }
        }
    }

    /// <summary>prefetch and applypriority: nothing that a program can see.</summary>
    public static void Prefetch(Warp warp, Instruction* instruction)
    {
    }

    /// <summary>createpolicy: a value that no program looks into.</summary>
    public static void CreatePolicy(Warp warp, Instruction* instruction) =>
        Broadcast(warp.Mask, (ulong*)instruction->D.In(warp.Registers), 0x10f0000000000000ul);

    private static void Broadcast<T>(uint mask, T* d, T value)
        where T : unmanaged
    {
        var all = Vector256.Create(value);
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
            Vector256.ConditionalSelect(LaneMask.Expand<T>(mask, lane), all, Vector256.Load(d + lane)).Store(d + lane);
    }
}
