using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>The wrong calls, a row each.</summary>
internal static partial class MisuseCases
{
    private const nint Nothing = 0xdead0;

    /// <summary>Functions that have no argument, or none that can be wrong.</summary>
    public static IReadOnlySet<string> NothingToMisuse { get; } = new HashSet<string>
    {
        "cuCtxSynchronize", "cuCtxGetStreamPriorityRange", "cuCtxPopCurrent_v2",
    };

    public static IReadOnlyList<MisuseCase> All { get; } =
    [
        .. Devices(), .. Contexts(), .. Memory(), .. Streams(), .. Events(), .. Capture(), .. Graphs(), .. Modules(), .. Launches(),
    ];

    private static IEnumerable<MisuseCase> Devices()
    {
        yield return new("cuInit", "flags", CUDA_ERROR_INVALID_VALUE, _ => [1]);
        foreach (string name in new[] { "cuDriverGetVersion", "cuDeviceGetCount", "cuModuleGetLoadingMode" })
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [0]);
        foreach (string name in new[] { "cuGetErrorName", "cuGetErrorString" })
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [0, 0]);
        yield return new("cuGetProcAddress", "null name", CUDA_ERROR_INVALID_VALUE, s => [0, s.Native(8), 13000, 0]);
        yield return new("cuGetProcAddress", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Text("cuInit"), s.Native(8), 13000, 9]);
        yield return new("cuGetProcAddress_v2", "null result", CUDA_ERROR_INVALID_VALUE, s => [s.Text("cuInit"), 0, 13000, 0, 0]);
        foreach (nint device in new nint[] { 1, -1 })
        {
            yield return new("cuDeviceGet", "ordinal", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(4), device]);
            yield return new("cuDeviceGetName", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(64), 64, device]);
            yield return new("cuDeviceGetUuid", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(16), device]);
            yield return new("cuDeviceGetUuid_v2", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(16), device]);
            yield return new("cuDeviceTotalMem_v2", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(8), device]);
            yield return new("cuDeviceGetAttribute", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(4), 1, device]);
            yield return new("cuDeviceComputeCapability", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(4), s.Native(4), device]);
            yield return new("cuDeviceGetPCIBusId", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(16), 16, device]);
            yield return new("cuDeviceCanAccessPeer", "peer", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(4), 0, device]);
        }
        yield return new("cuDeviceGetByPCIBusId", "place", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(4), s.Text("0000:07:00.0")]);
        yield return new("cuDeviceGetName", "no room", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), 0, 0]);
        yield return new("cuDeviceGetAttribute", "number 0", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), 0, 0]);
        yield return new("cuDeviceGetAttribute", "the end", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), (nint)CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX, 0]);
    }

    private static IEnumerable<MisuseCase> Contexts()
    {
        yield return new("cuDevicePrimaryCtxRetain", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(8), 1]);
        foreach (string form in new[] { "", "_v2" })
        {
            yield return new("cuDevicePrimaryCtxRelease" + form, "not retained", CUDA_ERROR_INVALID_CONTEXT, _ => [0]);
            yield return new("cuDevicePrimaryCtxReset" + form, "device", CUDA_ERROR_INVALID_DEVICE, _ => [1]);
            yield return new("cuDevicePrimaryCtxSetFlags" + form, "two ways to wait", CUDA_ERROR_INVALID_VALUE, _ => [0, 3]);
        }
        yield return new("cuDevicePrimaryCtxGetState", "null", CUDA_ERROR_INVALID_VALUE, s => [0, 0, s.Native(4)]);
        yield return new("cuCtxCreate_v2", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 0x1000, 0]);
        yield return new("cuCtxCreate_v2", "null", CUDA_ERROR_INVALID_VALUE, _ => [0, 0, 0]);
        yield return new("cuCtxCreate_v4", "device", CUDA_ERROR_INVALID_DEVICE, s => [s.Native(8), 0, 0, 5]);
        yield return new("cuCtxCreate_v4", "affinity", CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY, s => [s.Native(8), WithAffinity(s), 0, 0]);
        foreach (string name in new[] { "cuCtxDestroy_v2", "cuCtxPushCurrent_v2", "cuCtxSetCurrent" })
            yield return new(name, "no context", CUDA_ERROR_INVALID_CONTEXT, _ => [Nothing]);
        yield return new("cuCtxPushCurrent_v2", "null", CUDA_ERROR_INVALID_CONTEXT, _ => [0]);
        yield return new("cuCtxDestroy_v2", "a stream", CUDA_ERROR_INVALID_CONTEXT, _ => [DriverSession.NewStream()]);
        yield return new("cuCtxDestroy_v2", "the primary one", CUDA_ERROR_INVALID_CONTEXT, _ => [Cuda.Get("cuDevicePrimaryCtxRetain", 0)]);
        foreach (string name in new[] { "cuCtxGetCurrent", "cuCtxGetDevice", "cuCtxGetFlags" })
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [0]);
        yield return new("cuCtxGetApiVersion", "no context", CUDA_ERROR_INVALID_CONTEXT, s => [Nothing, s.Native(4)]);
        yield return new("cuCtxGetLimit", "unknown", CUDA_ERROR_UNSUPPORTED_LIMIT, s => [s.Native(8), 99]);
        yield return new("cuCtxSetLimit", "unknown", CUDA_ERROR_UNSUPPORTED_LIMIT, _ => [99, 1]);
    }

    private static IEnumerable<MisuseCase> Memory()
    {
        yield return new("cuMemGetInfo_v2", "null", CUDA_ERROR_INVALID_VALUE, s => [0, s.Native(8)]);
        yield return new("cuMemAlloc_v2", "no bytes", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 0]);
        yield return new("cuMemAlloc_v2", "too many", CUDA_ERROR_OUT_OF_MEMORY, s => [s.Native(8), (nint)1 << 40]);
        yield return new("cuMemAlloc_v2", "2^64 - 1", CUDA_ERROR_OUT_OF_MEMORY, s => [s.Native(8), -1]);
        yield return new("cuMemFree_v2", "host memory", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8)]);
        yield return new("cuMemFree_v2", "the middle", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.Allocate(512) + 256]);
        yield return new("cuMemFree_v2", "twice", CUDA_ERROR_INVALID_VALUE, _ => [Freed()]);
        yield return new("cuMemFree_v2", "pinned", CUDA_ERROR_INVALID_VALUE, _ => [Cuda.Get("cuMemAllocHost_v2", 64)]);
        yield return new("cuMemHostAlloc", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 64, 8]);
        yield return new("cuMemAllocHost_v2", "no bytes", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 0]);
        yield return new("cuMemFreeHost", "device memory", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.Allocate(64)]);
        yield return new("cuMemFreeHost", "null", CUDA_ERROR_INVALID_VALUE, _ => [0]);
        yield return new("cuMemHostGetDevicePointer_v2", "pageable", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), s.Native(8), 0]);
        yield return new("cuMemHostGetDevicePointer_v2", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), Cuda.Get("cuMemAllocHost_v2", 64), 1]);
        yield return new("cuMemHostGetFlags", "device memory", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), DriverSession.Allocate(64)]);
        yield return new("cuMemGetAddressRange_v2", "host", CUDA_ERROR_NOT_FOUND, s => [s.Native(8), s.Native(8), s.Native(8)]);
        yield return new("cuPointerGetAttribute", "host", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 2, s.Native(8)]);
        yield return new("cuPointerGetAttribute", "freed", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 2, Freed()]);
        yield return new("cuPointerGetAttribute", "unknown", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 77, DriverSession.Allocate(64)]);
        yield return new("cuPointerGetAttributes", "null", CUDA_ERROR_INVALID_VALUE, _ => [1, 0, 0, DriverSession.Allocate(64)]);
        foreach ((string name, bool hasStream) in new[] { ("cuMemcpy", false), ("cuMemcpyAsync", true), ("cuMemcpyDtoD_v2", false), ("cuMemcpyDtoDAsync_v2", true) })
        {
            yield return Copy(name, hasStream, "past the end", _ => (DriverSession.Allocate(64), DriverSession.Allocate(128), 65));
            yield return Copy(name, hasStream, "from freed memory", _ => (DriverSession.Allocate(64), Freed(), 8));
        }
        foreach ((string name, bool hasStream) in new[] { ("cuMemcpyHtoD_v2", false), ("cuMemcpyHtoDAsync_v2", true) })
        {
            yield return Copy(name, hasStream, "past the end", s => (DriverSession.Allocate(64), s.Native(128), 65));
            yield return Copy(name, hasStream, "to the host", s => (s.Native(64), s.Native(64), 64));
            yield return Copy(name, hasStream, "from null", _ => (DriverSession.Allocate(64), 0, 64));
        }
        foreach ((string name, bool hasStream) in new[] { ("cuMemcpyDtoH_v2", false), ("cuMemcpyDtoHAsync_v2", true) })
        {
            yield return Copy(name, hasStream, "before the start", s => (s.Native(64), DriverSession.Allocate(64) - 8, 16));
            yield return Copy(name, hasStream, "from the host", s => (s.Native(64), s.Native(64), 64));
            yield return Copy(name, hasStream, "2^64 - 1 bytes", s => (s.Native(64), DriverSession.Allocate(64), -1));
        }
        foreach ((string width, int bytes) in new[] { ("D8", 1), ("D16", 2), ("D32", 4) })
        {
            yield return new($"cuMemset{width}_v2", "past the end", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.Allocate(64), 0, 64 / bytes + 1]);
            yield return new($"cuMemset{width}Async", "past the end", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.Allocate(64), 0, 64 / bytes + 1, 0]);
            yield return new($"cuMemset{width}Async", "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [DriverSession.Allocate(64), 0, 1, Nothing]);
            yield return new($"cuMemset{width}_v2", "host memory", CUDA_ERROR_INVALID_VALUE, s => [s.Native(64), 0, 1]);
        }
        yield return new("cuMemsetD32_v2", "misaligned", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.Allocate(64) + 2, 0, 1]);
        yield return new("cuMemsetD16_v2", "misaligned", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.Allocate(64) + 1, 0, 1]);
    }
}
