using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUdriverProcAddressQueryResult;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetProcAddress))]
    public static CUresult cuGetProcAddress(byte* symbol, void** function, int version, ulong flags) =>
        Boundary.Guard(nameof(cuGetProcAddress), () => FindFunction(symbol, function, version, flags, null));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetProcAddress_v2))]
    public static CUresult cuGetProcAddress_v2(
        byte* symbol, void** function, int version, ulong flags, CUdriverProcAddressQueryResult* status) =>
        Boundary.Guard(nameof(cuGetProcAddress_v2), () => FindFunction(symbol, function, version, flags, status));

    private static void FindFunction(byte* symbol, void** function, int version, ulong flags, CUdriverProcAddressQueryResult* status)
    {
        const ulong PerThreadDefaultStream = 2;
        RequirePointer(symbol);
        RequirePointer(function);
        *function = null;
        Require(flags <= PerThreadDefaultStream, $"flags is {flags}; 0 to {PerThreadDefaultStream} are known.");
        if (flags == PerThreadDefaultStream)
            throw new DriverException(
                CUDA_ERROR_NOT_SUPPORTED,
                "forms whose default stream is the thread's are not exported; CU_STREAM_PER_THREAD is understood.");
        string name = Marshal.PtrToStringUTF8((nint)symbol)!;
        CUdriverProcAddressQueryResult found = EntryPoint.Find(name, version, out nint address);
        if (status is not null)
            *status = found;
        *function = (void*)address;
        if (found != CU_GET_PROC_ADDRESS_SUCCESS)
            throw new DriverException(CUDA_ERROR_NOT_FOUND, $"{name} for CUDA {version}: {found}.");
    }
}
