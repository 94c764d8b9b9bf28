using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Memory;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemGetInfo_v2))]
    public static CUresult cuMemGetInfo_v2(nuint* free, nuint* total) => Boundary.OnContext(nameof(cuMemGetInfo_v2), context =>
    {
        RequirePointer(free);
        RequirePointer(total);
        DeviceMemory memory = context.Driver.Memory;
        (*free, *total) = ((nuint)(memory.Capacity - memory.Used), (nuint)memory.Capacity);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAlloc_v2))]
    public static CUresult cuMemAlloc_v2(ulong* address, nuint bytes) => Boundary.OnContext(nameof(cuMemAlloc_v2), context =>
    {
        RequirePointer(address);
        context.RefuseWhileCapturing(nameof(cuMemAlloc_v2));
        *address = Allocate(context, bytes, AllocationKind.Device);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemFree_v2))]
    public static CUresult cuMemFree_v2(ulong address) => Boundary.OnContext(nameof(cuMemFree_v2), context =>
    {
        if (address != 0)
            Free(context, nameof(cuMemFree_v2), address, AllocationKind.Device);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostAlloc))]
    public static CUresult cuMemHostAlloc(void** address, nuint bytes, uint flags) =>
        AllocatePinned(nameof(cuMemHostAlloc), address, bytes, flags);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAllocHost_v2))]
    public static CUresult cuMemAllocHost_v2(void** address, nuint bytes) =>
        AllocatePinned(nameof(cuMemAllocHost_v2), address, bytes, flags: 0);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemFreeHost))]
    public static CUresult cuMemFreeHost(void* address) => Boundary.OnContext(nameof(cuMemFreeHost), context =>
        Free(context, nameof(cuMemFreeHost), (ulong)address, AllocationKind.PinnedHost));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostGetDevicePointer_v2))]
    public static CUresult cuMemHostGetDevicePointer_v2(ulong* device, void* host, uint flags) =>
        Boundary.OnContext(nameof(cuMemHostGetDevicePointer_v2), context =>
        {
            RequirePointer(device);
            Require(flags == 0, $"flags is {flags}; 0 is expected.");
            RequirePinned(context, host);
            *device = (ulong)host;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostGetFlags))]
    public static CUresult cuMemHostGetFlags(uint* flags, void* host) => Boundary.OnContext(nameof(cuMemHostGetFlags), context =>
    {
        RequirePointer(flags);
        RequirePinned(context, host);
        *flags = context.Driver.PinnedFlags.GetValueOrDefault(context.Driver.Memory.Find((ulong)host)!.Address);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemGetAddressRange_v2))]
    public static CUresult cuMemGetAddressRange_v2(ulong* first, nuint* bytes, ulong address) =>
        Boundary.OnContext(nameof(cuMemGetAddressRange_v2), context =>
        {
            if (context.Driver.Memory.Find(address) is not { IsFreed: false } allocation)
                throw new DriverException(CUDA_ERROR_NOT_FOUND, $"0x{address:x} lies in no allocation.");
            if (first is not null)
                *first = allocation.Address;
            if (bytes is not null)
                *bytes = (nuint)allocation.Size;
        });

    private static CUresult AllocatePinned(string function, void** address, nuint bytes, uint flags) =>
        Boundary.OnContext(function, context =>
        {
            RequirePointer(address);
            Require(flags <= 7, $"flags is {flags}; CU_MEMHOSTALLOC_PORTABLE, DEVICEMAP and WRITECOMBINED are 1, 2 and 4.");
            context.RefuseWhileCapturing(function);
            ulong made = Allocate(context, bytes, AllocationKind.PinnedHost);
            context.Driver.PinnedFlags[made] = flags;
            *address = (void*)made;
        });

    private static ulong Allocate(VirtualContext context, nuint bytes, AllocationKind kind)
    {
        Require(bytes > 0, "0 bytes are asked for.");
        string name = $"{(kind == AllocationKind.Device ? "device" : "pinned")} memory";
        DeviceMemory memory = context.Driver.Memory;
        Allocation? allocation = bytes > long.MaxValue ? null : memory.TryAllocate((long)bytes, name, context, kind);
        return allocation?.Address ?? throw new DriverException(
            CUDA_ERROR_OUT_OF_MEMORY, $"{bytes} bytes; {memory.Capacity - memory.Used} of {memory.Capacity} are free.");
    }

    private static void Free(VirtualContext context, string function, ulong address, AllocationKind kind)
    {
        context.RefuseWhileCapturing(function);
        if (context.Driver.Memory.Find(address) is not { IsFreed: false } allocation || allocation.Kind != kind
            || allocation.Address != address)
            throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"no live {kind} allocation begins at 0x{address:x}.");
        // Like the real driver, wait for the device before memory is taken back.
        (allocation.Owner as VirtualContext ?? context).Drain();
        context.Drain();
        context.Driver.Free(allocation);
        context.ThrowIfFaulted();
    }

    private static void RequirePinned(VirtualContext context, void* host) =>
        Require(
            context.Driver.Memory.Find((ulong)host) is { IsFreed: false, Kind: AllocationKind.PinnedHost },
            $"0x{(ulong)host:x} is no pinned memory.");
}
