using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpy))]
    public static CUresult cuMemcpy(ulong destination, ulong source, nuint bytes) =>
        CopyNow(nameof(cuMemcpy), destination, source, bytes);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyHtoD_v2))]
    public static CUresult cuMemcpyHtoD_v2(ulong destination, void* source, nuint bytes) =>
        CopyNow(nameof(cuMemcpyHtoD_v2), destination, (ulong)source, bytes, toDevice: true);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoH_v2))]
    public static CUresult cuMemcpyDtoH_v2(void* destination, ulong source, nuint bytes) =>
        CopyNow(nameof(cuMemcpyDtoH_v2), (ulong)destination, source, bytes, fromDevice: true);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoD_v2))]
    public static CUresult cuMemcpyDtoD_v2(ulong destination, ulong source, nuint bytes) =>
        CopyNow(nameof(cuMemcpyDtoD_v2), destination, source, bytes, toDevice: true, fromDevice: true);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyAsync))]
    public static CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        CopyLater(nameof(cuMemcpyAsync), destination, source, bytes, stream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyHtoDAsync_v2))]
    public static CUresult cuMemcpyHtoDAsync_v2(ulong destination, void* source, nuint bytes, nint stream) =>
        CopyLater(nameof(cuMemcpyHtoDAsync_v2), destination, (ulong)source, bytes, stream, toDevice: true);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoHAsync_v2))]
    public static CUresult cuMemcpyDtoHAsync_v2(void* destination, ulong source, nuint bytes, nint stream) =>
        CopyLater(nameof(cuMemcpyDtoHAsync_v2), (ulong)destination, source, bytes, stream, fromDevice: true);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoDAsync_v2))]
    public static CUresult cuMemcpyDtoDAsync_v2(ulong destination, ulong source, nuint bytes, nint stream) =>
        CopyLater(nameof(cuMemcpyDtoDAsync_v2), destination, source, bytes, stream, toDevice: true, fromDevice: true);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8_v2))]
    public static CUresult cuMemsetD8_v2(ulong destination, byte value, nuint count) =>
        FillNow(nameof(cuMemsetD8_v2), destination, [value], count);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD16_v2))]
    public static CUresult cuMemsetD16_v2(ulong destination, ushort value, nuint count) =>
        FillNow(nameof(cuMemsetD16_v2), destination, BitConverter.GetBytes(value), count);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32_v2))]
    public static CUresult cuMemsetD32_v2(ulong destination, uint value, nuint count) =>
        FillNow(nameof(cuMemsetD32_v2), destination, BitConverter.GetBytes(value), count);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8Async))]
    public static CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) =>
        FillLater(nameof(cuMemsetD8Async), destination, [value], count, stream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD16Async))]
    public static CUresult cuMemsetD16Async(ulong destination, ushort value, nuint count, nint stream) =>
        FillLater(nameof(cuMemsetD16Async), destination, BitConverter.GetBytes(value), count, stream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32Async))]
    public static CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream) =>
        FillLater(nameof(cuMemsetD32Async), destination, BitConverter.GetBytes(value), count, stream);

    /// <summary>A copy on the legacy stream that is complete when the call returns.</summary>
    private static CUresult CopyNow(
        string function, ulong destination, ulong source, nuint bytes, bool toDevice = false, bool fromDevice = false) =>
        Boundary.OnContext(function, context =>
        {
            context.RefuseWhileCapturing(function);
            if (bytes == 0)
                return;
            RequireRange(context, destination, (long)bytes, toDevice, function);
            RequireRange(context, source, (long)bytes, fromDevice, function);
            context.Submit(context.Legacy, CopyOperation.Submitted(context.Driver, destination, source, (long)bytes, function))!.Complete();
            Boundary.ThrowIfFaulted(context);
        });

    private static CUresult CopyLater(
        string function, ulong destination, ulong source, nuint bytes, nint stream, bool toDevice = false, bool fromDevice = false) =>
        Boundary.OnContext(function, context =>
        {
            VirtualStream target = Stream(context, stream);
            if (bytes == 0)
                return;
            RequireRange(context, destination, (long)bytes, toDevice, function);
            RequireRange(context, source, (long)bytes, fromDevice, function);
            WorkItem? item = context.Submit(target, target.Capture is not null
                ? CopyOperation.Recorded(destination, source, (long)bytes, function)
                : CopyOperation.Submitted(context.Driver, destination, source, (long)bytes, function));
            // A pageable destination has its bytes when the call returns.
            if (!context.Driver.IsDeviceAddress(destination))
                item?.Complete();
            Boundary.ThrowIfFaulted(context);
        });

    private static CUresult FillNow(string function, ulong destination, byte[] pattern, nuint count) =>
        Boundary.OnContext(function, context =>
        {
            context.RefuseWhileCapturing(function);
            if (count == 0)
                return;
            RequireFill(context, destination, pattern, count, function);
            context.Submit(context.Legacy, new FillOperation(destination, pattern, (long)count, function));
        });

    private static CUresult FillLater(string function, ulong destination, byte[] pattern, nuint count, nint stream) =>
        Boundary.OnContext(function, context =>
        {
            VirtualStream target = Stream(context, stream);
            if (count == 0)
                return;
            RequireFill(context, destination, pattern, count, function);
            context.Submit(target, new FillOperation(destination, pattern, (long)count, function));
        });

    private static void RequireFill(VirtualContext context, ulong destination, byte[] pattern, nuint count, string function)
    {
        Require(destination % (ulong)pattern.Length == 0, $"0x{destination:x} is no multiple of {pattern.Length}.");
        RequireRange(context, destination, checked((long)count * pattern.Length), isDevice: true, function);
    }

    /// <summary>The driver knows its allocations: a range that leaves one is refused at the call.</summary>
    private static void RequireRange(VirtualContext context, ulong address, long bytes, bool isDevice, string function)
    {
        RequirePointer((void*)address);
        if (isDevice || context.Driver.IsDeviceAddress(address))
            Require(context.Driver.Memory.Explain(address, bytes) is null,
                $"{function}: {context.Driver.Memory.Explain(address, bytes)?.Text}");
    }
}
