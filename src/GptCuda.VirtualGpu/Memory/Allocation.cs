namespace GptCuda.VirtualGpu.Memory;

/// <summary>One allocation, live or freed. Made and freed by <see cref="DeviceMemory"/>.</summary>
internal sealed class Allocation
{
    internal Allocation(ulong address, long size, long reserved, string name, object? owner, AllocationKind kind, long serial)
    {
        Address = address;
        Size = size;
        Reserved = reserved;
        Name = name;
        Owner = owner;
        Kind = kind;
        Serial = serial;
    }

    /// <summary>The device pointer; also the host address of the first byte.</summary>
    public ulong Address { get; }

    /// <summary>Bytes that were asked for.</summary>
    public long Size { get; }

    /// <summary>The first address behind it.</summary>
    public ulong End => Address + (ulong)Size;

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>Whoever it belongs to: the context, or a module's; compared by reference.</summary>
    public object? Owner { get; }

    /// <summary>Device, pinned host or constant memory.</summary>
    public AllocationKind Kind { get; }

    /// <summary>1 for the first allocation of the device, and so on.</summary>
    public long Serial { get; }

    /// <summary>Whether it has been freed; its addresses are not given out again while others are left.</summary>
    public bool IsFreed { get; internal set; }

    /// <summary>Bytes from Address to the end of the guard behind it.</summary>
    internal long Reserved { get; }

    /// <summary>"weights" (4096 bytes at 0x7f0000000100)</summary>
    public override string ToString() => $"\"{Name}\" ({Size} bytes at 0x{Address:x}{(IsFreed ? ", freed" : "")})";
}
