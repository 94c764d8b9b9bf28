using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;

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

    /// <summary>prefetch and discard: nothing that a program can see.</summary>
    public static void Prefetch(Warp warp, Instruction* instruction)
    {
    }

    private static void Broadcast<T>(uint mask, T* d, T value)
        where T : unmanaged
    {
        var all = Vector256.Create(value);
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
            Vector256.ConditionalSelect(LaneMask.Expand<T>(mask, lane), all, Vector256.Load(d + lane)).Store(d + lane);
    }
}
