using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRetain))]
    public static CUresult cuDevicePrimaryCtxRetain(nint* context, int device) =>
        Boundary.OnDriver(nameof(cuDevicePrimaryCtxRetain), driver =>
        {
            RequirePointer(context);
            RequireDevice(device);
            *context = driver.RetainPrimary().Handle;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRelease_v2))]
    public static CUresult cuDevicePrimaryCtxRelease_v2(int device) => Boundary.OnDriver(nameof(cuDevicePrimaryCtxRelease_v2), driver =>
    {
        RequireDevice(device);
        driver.ReleasePrimary();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxReset_v2))]
    public static CUresult cuDevicePrimaryCtxReset_v2(int device) => Boundary.OnDriver(nameof(cuDevicePrimaryCtxReset_v2), driver =>
    {
        RequireDevice(device);
        driver.ResetPrimary();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxSetFlags_v2))]
    public static CUresult cuDevicePrimaryCtxSetFlags_v2(int device, uint flags) =>
        Boundary.OnDriver(nameof(cuDevicePrimaryCtxSetFlags_v2), driver =>
        {
            RequireDevice(device);
            driver.SetPrimaryFlags(flags);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxGetState))]
    public static CUresult cuDevicePrimaryCtxGetState(int device, uint* flags, int* active) =>
        Boundary.OnDriver(nameof(cuDevicePrimaryCtxGetState), driver =>
        {
            RequirePointer(flags);
            RequirePointer(active);
            RequireDevice(device);
            (bool isActive, *flags) = driver.PrimaryState;
            *active = isActive ? 1 : 0;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxCreate_v2))]
    public static CUresult cuCtxCreate_v2(nint* context, uint flags, int device) => Boundary.OnDriver(nameof(cuCtxCreate_v2), driver =>
    {
        RequirePointer(context);
        RequireDevice(device);
        VirtualContext made = new(driver, flags, isPrimary: false);
        *context = made.Handle = driver.Contexts.Add(made);
        Boundary.ThreadContexts.Push(made);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxDestroy_v2))]
    public static CUresult cuCtxDestroy_v2(nint context) => Boundary.OnDriver(nameof(cuCtxDestroy_v2), driver =>
    {
        VirtualContext ended = Context(driver, context);
        if (ended.IsPrimary)
            throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, "a primary context is released, not destroyed.");
        driver.Contexts.Remove(context);
        driver.Destroy(ended);
        if (Boundary.ThreadContexts.TryPeek(out VirtualContext? top) && top == ended)
            Boundary.ThreadContexts.Pop();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxPushCurrent_v2))]
    public static CUresult cuCtxPushCurrent_v2(nint context) =>
        Boundary.OnDriver(nameof(cuCtxPushCurrent_v2), driver => Boundary.ThreadContexts.Push(Context(driver, context)));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxPopCurrent_v2))]
    public static CUresult cuCtxPopCurrent_v2(nint* context) => Boundary.OnDriver(nameof(cuCtxPopCurrent_v2), _ =>
    {
        if (!Boundary.ThreadContexts.TryPop(out VirtualContext? popped))
            throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, "the thread has no current context.");
        if (context is not null)
            *context = popped.Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSetCurrent))]
    public static CUresult cuCtxSetCurrent(nint context) => Boundary.OnDriver(nameof(cuCtxSetCurrent), driver =>
    {
        VirtualContext? next = context == 0 ? null : Context(driver, context);
        Boundary.ThreadContexts.TryPop(out _);
        if (next is not null)
            Boundary.ThreadContexts.Push(next);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetCurrent))]
    public static CUresult cuCtxGetCurrent(nint* context) => Boundary.OnDriver(nameof(cuCtxGetCurrent), _ =>
    {
        RequirePointer(context);
        *context = Boundary.ThreadContexts.TryPeek(out VirtualContext? current) ? current.Handle : 0;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetDevice))]
    public static CUresult cuCtxGetDevice(int* device) => Boundary.OnDriver(nameof(cuCtxGetDevice), _ =>
    {
        RequirePointer(device);
        Boundary.Current();
        *device = 0;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetApiVersion))]
    public static CUresult cuCtxGetApiVersion(nint context, uint* version) => Boundary.OnDriver(nameof(cuCtxGetApiVersion), driver =>
    {
        RequirePointer(version);
        if (context != 0)
            Context(driver, context);
        *version = 3020;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetStreamPriorityRange))]
    public static CUresult cuCtxGetStreamPriorityRange(int* least, int* greatest) =>
        Boundary.OnContext(nameof(cuCtxGetStreamPriorityRange), _ =>
        {
            if (least is not null)
                *least = 0;
            if (greatest is not null)
                *greatest = -5;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSynchronize))]
    public static CUresult cuCtxSynchronize() => Boundary.OnContext(nameof(cuCtxSynchronize), context =>
    {
        context.RefuseWhileCapturing(nameof(cuCtxSynchronize));
        context.Drain();
        Boundary.ThrowIfFaulted(context);
    });

    private static VirtualContext Context(VirtualDriver driver, nint handle)
    {
        if (!driver.Contexts.TryGet(handle, out VirtualContext? context))
            throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, $"0x{handle:x} is no context.");
        return context!.IsDestroyed
            ? throw new DriverException(CUDA_ERROR_CONTEXT_IS_DESTROYED, $"context 0x{handle:x} was destroyed.")
            : context;
    }
}
