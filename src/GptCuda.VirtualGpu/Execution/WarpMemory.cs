using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Finds the bytes that a warp's memory instruction names, after the checker has seen the access.</summary>
internal sealed unsafe class WarpMemory
{
    private readonly byte[] _storage;
    private readonly ulong* _addresses;
    private readonly byte** _pointers;

    /// <summary>Creates the scratch of one warp.</summary>
    public WarpMemory()
    {
        _storage = GC.AllocateArray<byte>(2 * Warp.Lanes * sizeof(ulong), pinned: true);
        _addresses = (ulong*)Marshal.UnsafeAddrOfPinnedArrayElement(_storage, 0);
        _pointers = (byte**)(_addresses + Warp.Lanes);
    }

    /// <summary>The lanes' pointers for an access, checked. Those of lanes outside the mask mean nothing.</summary>
    /// <param name="warp">The warp; its mask says which lanes take part.</param>
    /// <param name="instruction">The memory instruction.</param>
    /// <param name="address">The address register.</param>
    /// <param name="firstValue">The place of the stored values among the operands; -1 when they are not known.</param>
    /// <param name="valueStride">Bytes from a lane's value to the next lane's.</param>
    /// <exception cref="VirtualFault">The access is faulty.</exception>
    public byte** Resolve(Warp warp, Instruction* instruction, OperandSlot* address, int firstValue = -1, int valueStride = 0)
    {
        InstructionDetail* detail = instruction->Detail;
        Compute(address->In(warp.Registers), detail->AddressBytes, detail->Offset);
        if (detail->IsArgument)
            return Translate(warp, StateSpace.Local, warp.Mask);
        if (detail->Order != MemoryOrder.Weak && detail->Kind == AccessKind.Load)
            warp.NotePoll(instruction);
        if ((detail->Hints & CacheHints.Streaming) != 0 && detail->Kind == AccessKind.Load)
            warp.HasStreamed = true;
        var access = new WarpAccess
        {
            Warp = warp.Index,
            ActiveMask = warp.Mask,
            Space = detail->Space,
            Kind = detail->Kind,
            Order = detail->Order,
            Scope = detail->Scope,
            Hints = detail->Hints,
            BytesPerLane = detail->ElementBytes * detail->Elements,
            ElementBytes = detail->ElementBytes,
            Addresses = _addresses,
            Instruction = instruction->Index,
        };
        if (firstValue >= 0)
            SetValues(warp, instruction, ref access, firstValue, valueStride);
        if (detail->IsGeneric)
            return ResolveGeneric(warp, ref access);
        warp.Block.Checker.Access(access);
        return Translate(warp, access.Space, access.ActiveMask);
    }

    /// <summary>Checks a load of a kernel's parameter at a known place.</summary>
    public void CheckParameter(Warp warp, Instruction* instruction)
    {
        InstructionDetail* detail = instruction->Detail;
        new Span<ulong>(_addresses, Warp.Lanes).Fill((ulong)detail->Offset);
        warp.Block.Checker.Access(new WarpAccess
        {
            Warp = warp.Index,
            ActiveMask = warp.Mask,
            Space = StateSpace.Parameter,
            Kind = AccessKind.Load,
            BytesPerLane = detail->ElementBytes * detail->Elements,
            Addresses = _addresses,
            Instruction = instruction->Index,
        });
    }

    /// <summary>The lanes' addresses of an operand, into a caller's array.</summary>
    public static void Addresses(Warp warp, OperandSlot* address, int bytes, long offset, ulong* into)
    {
        byte* register = address->In(warp.Registers);
        for (int lane = 0; lane < Warp.Lanes; lane++)
            into[lane] = (bytes == 8 ? ((ulong*)register)[lane] : ((uint*)register)[lane]) + (ulong)offset;
    }

    private void Compute(byte* register, int bytes, long offset)
    {
        var offsets = Vector256.Create((ulong)offset);
        if (bytes == 8)
        {
            for (int lane = 0; lane < Warp.Lanes; lane += Vector256<ulong>.Count)
                (Vector256.Load((ulong*)register + lane) + offsets).Store(_addresses + lane);
            return;
        }
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<uint>.Count)
        {
            (Vector256<ulong> lower, Vector256<ulong> upper) = Vector256.Widen(Vector256.Load((uint*)register + lane));
            (lower + offsets).Store(_addresses + lane);
            (upper + offsets).Store(_addresses + lane + Vector256<ulong>.Count);
        }
    }

    private static void SetValues(Warp warp, Instruction* instruction, ref WarpAccess access, int firstValue, int stride)
    {
        byte* registers = warp.Registers;
        int elements = instruction->Detail->Elements;
        if (elements > 4)
            return;
        OperandSlot* values = instruction->All + firstValue;
        access.ValueStride = stride;
        access.ValueBytes = instruction->Detail->ElementBytes;
        access.Value0 = values[0].In(registers);
        if (elements > 1)
            access.Value1 = values[1].In(registers);
        if (elements > 2)
        {
            access.Value2 = values[2].In(registers);
            access.Value3 = values[3].In(registers);
        }
    }

    /// <summary>One access for each space that the lanes name.</summary>
    private byte** ResolveGeneric(Warp warp, ref WarpAccess access)
    {
        AddressWindows windows = warp.Block.Windows;
        uint* masks = stackalloc uint[5];
        new Span<uint>(masks, 5).Clear();
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            masks[(int)windows.Resolve(_addresses[lane], out ulong inSpace)] |= 1u << lane;
            _addresses[lane] = inSpace;
        }
        for (int space = 0; space < 5; space++)
        {
            if (masks[space] == 0)
                continue;
            access.Space = (StateSpace)space;
            access.ActiveMask = masks[space];
            warp.Block.Checker.Access(access);
            if (masks[space] == warp.Mask)
                return Translate(warp, access.Space, warp.Mask);
            byte** pointers = Translate(warp, access.Space, masks[space]);
            if (pointers != _pointers)
                Add(null, masks[space]);
        }
        return _pointers;
    }

    /// <summary>Pointers for addresses of a space; those of global and constant memory are pointers already.</summary>
    private byte** Translate(Warp warp, StateSpace space, uint mask)
    {
        switch (space)
        {
            case StateSpace.Local:
                int frame = warp.Block.Launch.Kernel.FrameBytes;
                byte* local = warp.Block.Local + (long)warp.Index * Warp.Lanes * frame;
                for (uint rest = mask; rest != 0; rest &= rest - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(rest);
                    _pointers[lane] = local + (long)lane * frame + (long)_addresses[lane];
                }
                return _pointers;
            case StateSpace.Shared:
                Add(warp.Block.Shared, mask);
                return _pointers;
            case StateSpace.Parameter:
                Add(warp.Block.Parameters, mask);
                return _pointers;
            default:
                return (byte**)_addresses;
        }
    }

    private void Add(byte* start, uint mask)
    {
        if (mask == LaneMask.All)
        {
            var origin = Vector256.Create((ulong)start);
            for (int lane = 0; lane < Warp.Lanes; lane += Vector256<ulong>.Count)
                (Vector256.Load(_addresses + lane) + origin).Store((ulong*)_pointers + lane);
            return;
        }
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            _pointers[lane] = start + _addresses[lane];
        }
    }
}
