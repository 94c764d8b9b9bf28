using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Memory;

/// <summary>
/// A device's memory: one reserved range of host addresses, so that a device pointer is the host address of its byte and offsets
/// beyond 2^31 elements are really exercised. Allocations stand apart by guards that belong to nobody; freed addresses rest for long
/// before they are given out again. Safe to use from several threads.
/// </summary>
internal sealed unsafe class DeviceMemory : IDisposable
{
    /// <summary>
    /// What the driver promises of an allocation's address. Addresses given out are odd multiples of it, so that nothing leans on
    /// more than the promise.
    /// </summary>
    public const int Alignment = 256;

    /// <summary>Least distance between two allocations.</summary>
    public const int MinimumGuard = 64 * 1024;

    // More freed allocations than this are not kept from being given out again: looking them up has its price.
    private const int RestingAllocations = 4096;

    private readonly ReservedMemory _windowRange;
    private readonly ReservedMemory _memory;
    private readonly AllocationTable _table = new();
    private readonly Lock _lock = new();
    private long _next = MinimumGuard;
    private long _serial;

    /// <summary>Reserves a device's memory.</summary>
    /// <param name="capacity">The device's memory in bytes.</param>
    /// <exception cref="InsufficientMemoryException">The system refuses to reserve the address space.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows.</exception>
    public DeviceMemory(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _windowRange = new ReservedMemory(3 * (long)AddressWindows.WindowSize, accessible: false);
        // Twice the capacity leaves room for guards and lets freed addresses rest.
        _memory = new ReservedMemory(2 * capacity + (1L << 30));
        Initialized = new InitializedBytes(_memory.Size);
        Windows = new AddressWindows((ulong)_windowRange.Base);
    }

    /// <summary>Bytes that device and constant allocations can have together.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that are allocated now, pinned host memory not counted.</summary>
    public long Used { get; private set; }

    /// <summary>Where shared, local and parameter memory lie among generic addresses.</summary>
    public AddressWindows Windows { get; }

    /// <summary>The address that offsets in <see cref="Initialized"/> count from.</summary>
    internal ulong Origin => (ulong)_memory.Base;

    /// <summary>Which bytes have been written, by offset from <see cref="Origin"/>.</summary>
    internal InitializedBytes Initialized { get; }

    /// <summary>Bytes of the reserved range.</summary>
    internal long ReservedBytes => _memory.Size;

    /// <summary>The live allocations, in order of address.</summary>
    public IReadOnlyList<Allocation> Live => _table.Live();

    /// <summary>Allocates; the bytes are uninitialised.</summary>
    /// <param name="size">Bytes, at least 1.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="owner">Whoever it belongs to, or null.</param>
    /// <param name="kind">Device, pinned host or constant memory.</param>
    /// <returns>Null when the device's memory does not suffice.</returns>
    public Allocation? TryAllocate(long size, string name, object? owner = null, AllocationKind kind = AllocationKind.Device)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        lock (_lock)
        {
            if (kind != AllocationKind.PinnedHost && size > Capacity - Used)
                return null;
            // A large overrun of a large allocation should still meet nobody: the guard grows with the size, within reason.
            var guard = Math.Max(MinimumGuard, Math.Min(size / 16, 16 << 20));
            var reserved = (size + guard + 2 * Alignment - 1) / (2 * Alignment) * (2 * Alignment);
            var offset = _next;
            var isRoomLeft = offset + reserved + 2 * Alignment <= _memory.Size;
            if ((!isRoomLeft || _table.FreedCount > RestingAllocations) && _table.TakeFreed(reserved) is { } freed)
                (offset, reserved) = ((long)(freed.Address - Origin) - Alignment, freed.Reserved);
            else if (isRoomLeft)
                _next += reserved;
            else
                return null;
            var allocation = new Allocation(Origin + (ulong)offset + Alignment, size, reserved, name, owner, kind, ++_serial);
            if (kind != AllocationKind.PinnedHost)
                Used += size;
            else
                Initialized.Set(offset + Alignment, size);
            _table.Add(allocation);
            return allocation;
        }
    }

    /// <summary>Frees; the host's pages go back to the system. Reaching the addresses again is a fault that names the allocation.</summary>
    /// <param name="address">What <see cref="TryAllocate"/> gave.</param>
    /// <returns>False when no live allocation begins there.</returns>
    public bool TryFree(ulong address)
    {
        lock (_lock)
        {
            if (Find(address) is not { IsFreed: false } allocation || allocation.Address != address)
                return false;
            _table.Free(allocation);
            if (allocation.Kind != AllocationKind.PinnedHost)
                Used -= allocation.Size;
            var offset = (long)(address - Origin);
            _memory.Clear(offset, allocation.Size);
            Initialized.Reset(offset, allocation.Size);
            return true;
        }
    }

    /// <summary>Whether an address is one of the device's: in an allocation, a guard, or memory not yet given out.</summary>
    public bool Contains(ulong address) => address - Origin < (ulong)_memory.Size;

    /// <summary>The allocation, live or freed, that an address lies in; null when it lies in a guard or outside of the device.</summary>
    public Allocation? Find(ulong address) =>
        _table.FindAtOrBefore(address) is { } allocation && address < allocation.End ? allocation : null;

    /// <summary>
    /// Explains why a range is not inside one live allocation: which is nearest and how far outside the range is.
    /// Null when it is inside.
    /// </summary>
    /// <param name="address">First byte.</param>
    /// <param name="bytes">How many.</param>
    internal AddressProblem? Explain(ulong address, long bytes) => AddressProblem.Of(_table, address, bytes);

    /// <summary>Copies from the host and marks the bytes as initialised.</summary>
    /// <param name="destination">A device pointer.</param>
    /// <param name="source">Host bytes; they are read before this returns.</param>
    /// <param name="function">Who asks, for the message: cuMemcpyHtoD_v2.</param>
    /// <exception cref="VirtualFault">The destination is not inside one live allocation.</exception>
    public void CopyIn(ulong destination, ReadOnlySpan<byte> source, string function)
    {
        Demand(destination, source.Length, function);
        source.CopyTo(new Span<byte>((void*)destination, source.Length));
        Initialized.Set((long)(destination - Origin), source.Length);
    }

    /// <summary>Copies to the host. Bytes that nothing wrote arrive as 0xff, which in every float format is not a number.</summary>
    /// <param name="source">A device pointer.</param>
    /// <param name="destination">Host bytes.</param>
    /// <param name="function">Who asks, for the message.</param>
    /// <exception cref="VirtualFault">The source is not inside one live allocation.</exception>
    public void CopyOut(ulong source, Span<byte> destination, string function)
    {
        Demand(source, destination.Length, function);
        new ReadOnlySpan<byte>((void*)source, destination.Length).CopyTo(destination);
        var offset = (long)(source - Origin);
        if (destination.IsEmpty || Initialized.All(offset, destination.Length))
            return;
        for (var i = 0; i < destination.Length; i++)
        {
            if (!Initialized.All(offset + i, 1))
                destination[i] = 0xff;
        }
    }

    /// <summary>Copies within the device; initialised and uninitialised bytes stay what they are.</summary>
    /// <param name="destination">A device pointer.</param>
    /// <param name="source">A device pointer; the ranges must not overlap.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="function">Who asks, for the message.</param>
    /// <exception cref="VirtualFault">A range is not inside one live allocation, or the two overlap.</exception>
    public void Copy(ulong destination, ulong source, long bytes, string function)
    {
        Demand(source, bytes, function);
        Demand(destination, bytes, function);
        if (bytes == 0)
            return;
        if (destination < source + (ulong)bytes && source < destination + (ulong)bytes)
            throw new VirtualFault(FaultKind.Race, function,
                $"source 0x{source:x} and destination 0x{destination:x} of {bytes} bytes overlap; the result is undefined.");
        Buffer.MemoryCopy((void*)source, (void*)destination, bytes, bytes);
        Initialized.Copy((long)(source - Origin), (long)(destination - Origin), bytes);
    }

    /// <summary>Fills with a repeated pattern and marks the bytes as initialised.</summary>
    /// <param name="destination">A device pointer, aligned to the pattern.</param>
    /// <param name="pattern">1, 2 or 4 bytes.</param>
    /// <param name="count">How many patterns.</param>
    /// <param name="function">Who asks, for the message.</param>
    /// <exception cref="VirtualFault">The range is not inside one live allocation, or misaligned.</exception>
    public void Fill(ulong destination, ReadOnlySpan<byte> pattern, long count, string function)
    {
        var bytes = count * pattern.Length;
        Demand(destination, bytes, function);
        if (destination % (ulong)pattern.Length != 0)
            throw new VirtualFault(FaultKind.Misaligned, function,
                $"0x{destination:x} is no multiple of the pattern's {pattern.Length} bytes.")
            {
                Address = destination,
            };
        for (var done = 0L; done < bytes;)
        {
            var part = new Span<byte>((void*)(destination + (ulong)done), (int)Math.Min(bytes - done, 1 << 28));
            switch (pattern.Length)
            {
                case 1: part.Fill(pattern[0]); break;
                case 2: MemoryMarshal.Cast<byte, ushort>(part).Fill(BitConverter.ToUInt16(pattern)); break;
                case 4: MemoryMarshal.Cast<byte, uint>(part).Fill(BitConverter.ToUInt32(pattern)); break;
                default: throw new ArgumentException($"a pattern of {pattern.Length} bytes; 1, 2 or 4 are known", nameof(pattern));
            }
            done += part.Length;
        }
        Initialized.Set((long)(destination - Origin), bytes);
    }

    /// <summary>Marks bytes as written by somebody who does not go through a checker, such as a library's own code.</summary>
    /// <param name="address">First byte, in a live allocation.</param>
    /// <param name="bytes">How many.</param>
    public void MarkInitialized(ulong address, long bytes) => Initialized.Set((long)(address - Origin), bytes);

    /// <summary>The first byte of a range in a live allocation that nothing has written, or null.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="bytes">How many.</param>
    public ulong? FirstUninitialized(ulong address, long bytes) =>
        Initialized.FirstUnset((long)(address - Origin), bytes) is >= 0 and var offset ? Origin + (ulong)offset : null;

    /// <summary>Throws unless a range lies inside one live allocation.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="bytes">How many; none is always inside.</param>
    /// <param name="function">Who asks, for the message.</param>
    /// <exception cref="VirtualFault">It does not.</exception>
    public void Demand(ulong address, long bytes, string function)
    {
        if (bytes > 0 && Explain(address, bytes) is { } problem)
            throw new VirtualFault(problem.Kind, function, problem.Text)
            {
                Address = address,
                Allocation = problem.Nearest?.Name,
                Outside = problem.Outside,
            };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Initialized.Dispose();
        _memory.Dispose();
        _windowRange.Dispose();
    }
}
