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
        if (address == 0)
            return;
        context.RefuseWhileCapturing(nameof(cuMemFree_v2));
        // The real driver waits for the device before it takes memory back.
        context.Drain();
        Free(context, address, AllocationKind.Device);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostAlloc))]
    public static CUresult cuMemHostAlloc(void** address, nuint bytes, uint flags) => Boundary.OnContext(nameof(cuMemHostAlloc), context =>
    {
        RequirePointer(address);
        Require(flags <= 7, $"flags is {flags}; CU_MEMHOSTALLOC flags go up to 7.");
        context.RefuseWhileCapturing(nameof(cuMemHostAlloc));
        *address = (void*)Allocate(context, bytes, AllocationKind.PinnedHost);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAllocHost_v2))]
    public static CUresult cuMemAllocHost_v2(void** address, nuint bytes) => Boundary.OnContext(nameof(cuMemAllocHost_v2), context =>
    {
        RequirePointer(address);
        context.RefuseWhileCapturing(nameof(cuMemAllocHost_v2));
        *address = (void*)Allocate(context, bytes, AllocationKind.PinnedHost);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemFreeHost))]
    public static CUresult cuMemFreeHost(void* address) => Boundary.OnContext(nameof(cuMemFreeHost), context =>
    {
        context.RefuseWhileCapturing(nameof(cuMemFreeHost));
        context.Drain();
        Free(context, (ulong)address, AllocationKind.PinnedHost);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostGetDevicePointer_v2))]
    public static CUresult cuMemHostGetDevicePointer_v2(ulong* device, void* host, uint flags) =>
        Boundary.OnContext(nameof(cuMemHostGetDevicePointer_v2), context =>
        {
            RequirePointer(device);
            Require(flags == 0, $"flags is {flags}; 0 is expected.");
            Require(context.Driver.IsPinned((ulong)host), $"0x{(ulong)host:x} is no pinned memory.");
            *device = (ulong)host;
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuPointerGetAttribute))]
    public static CUresult cuPointerGetAttribute(void* value, uint attribute, ulong address) =>
        Boundary.OnContext(nameof(cuPointerGetAttribute), context =>
        {
            RequirePointer(value);
            if (context.Driver.Memory.Find(address) is not { IsFreed: false } allocation)
                throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"0x{address:x} lies in no allocation.");
            const uint ContextOf = 1, MemoryType = 2, DevicePointer = 3, HostPointer = 4, IsManaged = 8, Ordinal = 9, RangeStart = 11, RangeSize = 12;
            bool pinned = allocation.Kind == AllocationKind.PinnedHost;
            switch (attribute)
            {
                case ContextOf: *(nint*)value = (allocation.Owner as VirtualContext ?? context).Handle; break;
                case MemoryType: *(int*)value = pinned ? 1 : 2; break;
                case DevicePointer: *(ulong*)value = address; break;
                case HostPointer when pinned: *(ulong*)value = address; break;
                case IsManaged: *(int*)value = 0; break;
                case Ordinal: *(int*)value = 0; break;
                case RangeStart: *(ulong*)value = allocation.Address; break;
                case RangeSize: *(nuint*)value = (nuint)allocation.Size; break;
                default: throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"pointer attribute {attribute} is not kept for {allocation}.");
            }
        });

    private static ulong Allocate(VirtualContext context, nuint bytes, AllocationKind kind)
    {
        Require(bytes > 0, "0 bytes are asked for.");
        string name = $"{(kind == AllocationKind.Device ? "allocation" : "pinned memory")} of {bytes} bytes";
        Allocation? allocation = bytes > long.MaxValue ? null : context.Driver.Memory.TryAllocate((long)bytes, name, context, kind);
        return allocation?.Address
            ?? throw new DriverException(CUDA_ERROR_OUT_OF_MEMORY,
                $"{bytes} bytes; {context.Driver.Memory.Capacity - context.Driver.Memory.Used} of {context.Driver.Memory.Capacity} are free.");
    }

    private static void Free(VirtualContext context, ulong address, AllocationKind kind)
    {
        bool known = context.Driver.Memory.Find(address) is { IsFreed: false } allocation && allocation.Kind == kind;
        Require(known && context.Driver.Memory.TryFree(address), $"0x{address:x} is no live {kind} allocation.");
    }
}
