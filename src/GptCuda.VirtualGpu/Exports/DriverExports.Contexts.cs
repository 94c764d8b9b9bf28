using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxCreate_v2))]
    public static CUresult cuCtxCreate_v2(nint* context, uint flags, int device) =>
        Boundary.OnDriver(nameof(cuCtxCreate_v2), driver => CreateContext(driver, context, flags, device));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxCreate_v4))]
    public static CUresult cuCtxCreate_v4(nint* context, CUctxCreateParams* parameters, uint flags, int device) =>
        Boundary.OnDriver(nameof(cuCtxCreate_v4), driver =>
        {
            if (parameters is not null && (parameters->numExecAffinityParams != 0 || parameters->cigParams != 0))
                throw new DriverException(CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY, "contexts with a share of the device are not made here.");
            CreateContext(driver, context, flags, device);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxDestroy_v2))]
    public static CUresult cuCtxDestroy_v2(nint context) => Boundary.OnDriver(nameof(cuCtxDestroy_v2), driver =>
    {
        VirtualContext ended = Context(driver, context);
        if (ended.IsPrimary)
            throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, "a primary context is released, not destroyed.");
        driver.Destroy(ended);
        if (CallingThread.Contexts.TryPeek(out VirtualContext? top) && top == ended)
            CallingThread.Contexts.Pop();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxPushCurrent_v2))]
    public static CUresult cuCtxPushCurrent_v2(nint context) =>
        Boundary.OnDriver(nameof(cuCtxPushCurrent_v2), driver => CallingThread.Contexts.Push(Context(driver, context)));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxPopCurrent_v2))]
    public static CUresult cuCtxPopCurrent_v2(nint* context) => Boundary.OnDriver(nameof(cuCtxPopCurrent_v2), _ =>
    {
        if (!CallingThread.Contexts.TryPop(out VirtualContext? popped))
            throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, "the thread has no current context.");
        if (context is not null)
            *context = popped.Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSetCurrent))]
    public static CUresult cuCtxSetCurrent(nint context) => Boundary.OnDriver(nameof(cuCtxSetCurrent), driver =>
    {
        VirtualContext? next = context == 0 ? null : Context(driver, context);
        CallingThread.Contexts.TryPop(out _);
        if (next is not null)
            CallingThread.Contexts.Push(next);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetCurrent))]
    public static CUresult cuCtxGetCurrent(nint* context) => Boundary.OnDriver(nameof(cuCtxGetCurrent), _ =>
    {
        RequirePointer(context);
        *context = CallingThread.Contexts.TryPeek(out VirtualContext? current) ? current.Handle : 0;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetDevice))]
    public static CUresult cuCtxGetDevice(int* device) => Boundary.OnDriver(nameof(cuCtxGetDevice), driver =>
    {
        RequirePointer(device);
        Boundary.Current(driver);
        *device = 0;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetFlags))]
    public static CUresult cuCtxGetFlags(uint* flags) => Boundary.OnDriver(nameof(cuCtxGetFlags), driver =>
    {
        RequirePointer(flags);
        *flags = Boundary.Current(driver).Flags;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetApiVersion))]
    public static CUresult cuCtxGetApiVersion(nint context, uint* version) => Boundary.OnDriver(nameof(cuCtxGetApiVersion), driver =>
    {
        RequirePointer(version);
        _ = context == 0 ? Boundary.Current(driver) : Context(driver, context);
        *version = 3020;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetStreamPriorityRange))]
    public static CUresult cuCtxGetStreamPriorityRange(int* least, int* greatest) =>
        Boundary.OnContext(nameof(cuCtxGetStreamPriorityRange), _ =>
        {
            if (least is not null)
                *least = 0;
            if (greatest is not null)
                *greatest = HighestPriority;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetLimit))]
    public static CUresult cuCtxGetLimit(nuint* value, CUlimit limit) => Boundary.OnContext(nameof(cuCtxGetLimit), context =>
    {
        RequirePointer(value);
        *value = context.Limits[limit];
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSetLimit))]
    public static CUresult cuCtxSetLimit(CUlimit limit, nuint value) =>
        Boundary.OnContext(nameof(cuCtxSetLimit), context => context.Limits[limit] = value);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSynchronize))]
    public static CUresult cuCtxSynchronize() => Boundary.OnContext(nameof(cuCtxSynchronize), context =>
    {
        context.RefuseWhileAnyCapture(nameof(cuCtxSynchronize));
        context.Drain();
        context.ThrowIfFaulted();
    });

    private static void CreateContext(VirtualDriver driver, nint* context, uint flags, int device)
    {
        RequirePointer(context);
        RequireDevice(device);
        RequireContextFlags(flags);
        VirtualContext made = driver.AddContext(flags);
        CallingThread.Contexts.Push(made);
        *context = made.Handle;
    }

    private static VirtualContext Context(VirtualDriver driver, nint handle)
    {
        VirtualContext context = driver.Contexts.Find(handle)
            ?? throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, $"0x{handle:x} is no context.");
        return context.IsDestroyed
            ? throw new DriverException(CUDA_ERROR_CONTEXT_IS_DESTROYED, $"context 0x{handle:x} was destroyed.")
            : context;
    }
}
