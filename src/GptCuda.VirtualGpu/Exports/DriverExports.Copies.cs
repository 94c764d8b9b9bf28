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

    /// <summary>A copy on the legacy stream that is complete when the call returns.</summary>
    private static CUresult CopyNow(
        string function, ulong destination, ulong source, nuint bytes, bool toDevice = false, bool fromDevice = false) =>
        Boundary.OnContext(function, context =>
        {
            context.RefuseImplicitOrder(context.Legacy);
            context.RefuseWhileCapturing(function);
            if (!RequireCopy(context, destination, source, bytes, toDevice, fromDevice))
                return;
            context.Submit(context.Legacy, CopyOperation.Direct(destination, source, (long)bytes, function))!.Complete();
            context.ThrowIfFaulted();
        });

    private static CUresult CopyLater(
        string function, ulong destination, ulong source, nuint bytes, nint stream, bool toDevice = false, bool fromDevice = false) =>
        Boundary.OnContext(function, context =>
        {
            VirtualStream target = Stream(context, stream);
            target.Capture?.RequireValid();
            if (!RequireCopy(context, destination, source, bytes, toDevice, fromDevice))
                return;
            VirtualDriver driver = context.Driver;
            // Pageable bytes arrive before the call returns; those that leave are kept, unless they are too many to keep.
            bool waits = target.Capture is null
                && (!driver.Memory.Contains(destination) || (!driver.Memory.Contains(source) && bytes > CopyOperation.LargestStaged));
            bool direct = waits || target.Capture is not null || driver.Schedule == Schedule.Eager;
            WorkItem? item = context.Submit(target, direct
                ? CopyOperation.Direct(destination, source, (long)bytes, function)
                : CopyOperation.Deferred(driver, destination, source, (long)bytes, function));
            if (!waits)
                return;
            item!.Complete();
            context.ThrowIfFaulted();
        });

    /// <summary>Checks a copy's ranges; false where there is nothing to copy.</summary>
    private static bool RequireCopy(VirtualContext context, ulong destination, ulong source, nuint bytes, bool toDevice, bool fromDevice)
    {
        if (bytes == 0)
            return false;
        RequireRange(context, destination, bytes, toDevice);
        RequireRange(context, source, bytes, fromDevice);
        return true;
    }

    /// <summary>The driver knows its allocations: a range that leaves one is refused at the call.</summary>
    private static void RequireRange(VirtualContext context, ulong address, nuint bytes, bool isDevice)
    {
        RequirePointer((void*)address);
        Require(bytes <= long.MaxValue, $"{bytes} bytes.");
        if ((isDevice || context.Driver.Memory.Contains(address)) && context.Driver.Memory.Explain(address, (long)bytes) is { } problem)
            throw new DriverException(CUresult.CUDA_ERROR_INVALID_VALUE, problem.Text);
    }
}
