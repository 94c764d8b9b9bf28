using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;

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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRelease))]
    public static CUresult cuDevicePrimaryCtxRelease(int device) => ReleasePrimary(nameof(cuDevicePrimaryCtxRelease), device);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRelease_v2))]
    public static CUresult cuDevicePrimaryCtxRelease_v2(int device) => ReleasePrimary(nameof(cuDevicePrimaryCtxRelease_v2), device);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxReset))]
    public static CUresult cuDevicePrimaryCtxReset(int device) => ResetPrimary(nameof(cuDevicePrimaryCtxReset), device);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxReset_v2))]
    public static CUresult cuDevicePrimaryCtxReset_v2(int device) => ResetPrimary(nameof(cuDevicePrimaryCtxReset_v2), device);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxSetFlags))]
    public static CUresult cuDevicePrimaryCtxSetFlags(int device, uint flags) =>
        SetPrimaryFlags(nameof(cuDevicePrimaryCtxSetFlags), device, flags);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxSetFlags_v2))]
    public static CUresult cuDevicePrimaryCtxSetFlags_v2(int device, uint flags) =>
        SetPrimaryFlags(nameof(cuDevicePrimaryCtxSetFlags_v2), device, flags);

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

    private static CUresult ReleasePrimary(string function, int device) => Boundary.OnDriver(function, driver =>
    {
        RequireDevice(device);
        driver.ReleasePrimary();
    });

    private static CUresult ResetPrimary(string function, int device) => Boundary.OnDriver(function, driver =>
    {
        RequireDevice(device);
        driver.ResetPrimary();
    });

    private static CUresult SetPrimaryFlags(string function, int device, uint flags) => Boundary.OnDriver(function, driver =>
    {
        RequireDevice(device);
        RequireContextFlags(flags);
        driver.SetPrimaryFlags(flags);
    });

    /// <summary>The way of waiting (0, 1, 2 or 4) and CU_CTX_MAP_HOST, LMEM_RESIZE_TO_MAX, COREDUMP and SYNC_MEMOPS.</summary>
    private static void RequireContextFlags(uint flags) =>
        Require((flags & 7) is 0 or 1 or 2 or 4 && flags <= 0xFF, $"flags is 0x{flags:x}, which no context has.");
}
