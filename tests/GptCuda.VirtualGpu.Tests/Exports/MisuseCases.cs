using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;
using Kernels = GptCuda.VirtualGpu.Tests.Driver.Kernels;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>The wrong calls, a row each.</summary>
internal static class MisuseCases
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

    private static IEnumerable<MisuseCase> Streams()
    {
        yield return new("cuStreamCreate", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 2]);
        yield return new("cuStreamCreateWithPriority", "null", CUDA_ERROR_INVALID_VALUE, _ => [0, 0, 0]);
        foreach (string name in new[] { "cuStreamDestroy_v2", "cuStreamSynchronize", "cuStreamQuery" })
        {
            yield return new(name, "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing]);
            yield return new(name, "destroyed", CUDA_ERROR_INVALID_HANDLE, _ => [DestroyedStream()]);
            yield return new(name, "an event", CUDA_ERROR_INVALID_HANDLE, _ => [DriverSession.NewEvent()]);
        }
        yield return new("cuStreamDestroy_v2", "the default stream", CUDA_ERROR_INVALID_HANDLE, _ => [0]);
        foreach (string name in new[] { "cuStreamGetFlags", "cuStreamGetPriority", "cuStreamGetId", "cuStreamGetCtx" })
        {
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 0]);
            yield return new(name, "no stream", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, s.Native(8)]);
        }
        yield return new("cuStreamWaitEvent", "no event", CUDA_ERROR_INVALID_HANDLE, _ => [0, Nothing, 0]);
        yield return new("cuStreamWaitEvent", "flags", CUDA_ERROR_INVALID_VALUE, _ => [0, DriverSession.NewEvent(), 4]);
        yield return new("cuLaunchHostFunc", "null", CUDA_ERROR_INVALID_VALUE, _ => [0, 0, 0]);
        yield return new("cuStreamSynchronize", "another context's", CUDA_ERROR_INVALID_HANDLE, _ => [StreamOfAnotherContext()]);
    }

    private static IEnumerable<MisuseCase> Events()
    {
        yield return new("cuEventCreate", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 8]);
        yield return new("cuEventCreate", "interprocess with timing", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 4]);
        foreach (string name in new[] { "cuEventDestroy_v2", "cuEventSynchronize", "cuEventQuery" })
            yield return new(name, "no event", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing]);
        yield return new("cuEventDestroy_v2", "twice", CUDA_ERROR_INVALID_HANDLE, _ => [DestroyedEvent()]);
        yield return new("cuEventRecord", "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [DriverSession.NewEvent(), Nothing]);
        yield return new("cuEventRecord", "destroyed", CUDA_ERROR_INVALID_HANDLE, _ => [DestroyedEvent(), 0]);
        yield return new("cuEventRecordWithFlags", "flags", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewEvent(), 0, 2]);
        foreach (string name in new[] { "cuEventElapsedTime", "cuEventElapsedTime_v2" })
        {
            yield return new(name, "never recorded", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(4), DriverSession.NewEvent(), RecordedEvent(0)]);
            yield return new(name, "without timing", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(4), RecordedEvent(0), RecordedEvent(2)]);
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [0, RecordedEvent(0), RecordedEvent(0)]);
        }
    }

    private static IEnumerable<MisuseCase> Capture()
    {
        yield return new("cuStreamBeginCapture_v2", "the legacy stream", CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, _ => [0, 0]);
        yield return new("cuStreamBeginCapture_v2", "mode", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 3]);
        yield return new("cuStreamEndCapture", "not begun", CUDA_ERROR_ILLEGAL_STATE, s => [DriverSession.NewStream(), s.Native(8)]);
        yield return new("cuStreamEndCapture", "null", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 0]);
        yield return new("cuStreamIsCapturing", "null", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 0]);
        yield return new("cuStreamGetCaptureInfo_v2", "null", CUDA_ERROR_INVALID_VALUE, s => [DriverSession.NewStream(), 0, s.Native(8), 0, 0, 0]);
        yield return new("cuThreadExchangeStreamCaptureMode", "mode", CUDA_ERROR_INVALID_VALUE, s => [s.Text("\u0007")]);
    }

    private static IEnumerable<MisuseCase> Graphs()
    {
        yield return new("cuGraphCreate", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 1]);
        foreach (string name in new[] { "cuGraphDestroy", "cuGraphExecDestroy" })
            yield return new(name, "no graph", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing]);
        foreach (string name in new[] { "cuGraphGetNodes", "cuGraphGetRootNodes", "cuGraphNodeGetDependencies" })
            yield return new(name, "no graph or node", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, 0, s.Native(8)]);
        yield return new("cuGraphGetEdges", "one array", CUDA_ERROR_INVALID_VALUE, s => [Cuda.Get("cuGraphCreate", 0), s.Native(8), 0, s.Native(8)]);
        yield return new("cuGraphNodeGetType", "no node", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, s.Native(4)]);
        yield return new("cuGraphKernelNodeGetParams_v2", "no node", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, s.Native(72)]);
        yield return new("cuGraphInstantiateWithFlags", "no graph", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Nothing, 0]);
        yield return new("cuGraphInstantiateWithFlags", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), Cuda.Get("cuGraphCreate", 0), 64]);
        yield return new("cuGraphInstantiateWithFlags", "device launch", CUDA_ERROR_NOT_SUPPORTED, s => [s.Native(8), Cuda.Get("cuGraphCreate", 0), 4]);
        yield return new("cuGraphInstantiate_v2", "no graph", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Nothing, 0, 0, 0]);
        yield return new("cuGraphInstantiateWithParams", "null", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), Cuda.Get("cuGraphCreate", 0), 0]);
        yield return new("cuGraphExecUpdate", "no instance", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, Cuda.Get("cuGraphCreate", 0), 0, s.Native(4)]);
        yield return new("cuGraphExecUpdate_v2", "no graph", CUDA_ERROR_INVALID_HANDLE, s => [Instance(), Nothing, s.Native(24)]);
        yield return new("cuGraphUpload", "no instance", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing, 0]);
        yield return new("cuGraphLaunch", "no instance", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing, 0]);
        yield return new("cuGraphLaunch", "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [Instance(), Nothing]);
    }

    private static IEnumerable<MisuseCase> Modules()
    {
        yield return new("cuModuleLoad", "no file", CUDA_ERROR_FILE_NOT_FOUND, s => [s.Native(8), s.Text("no/such/file.ptx")]);
        yield return new("cuModuleLoadData", "null", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 0]);
        yield return new("cuModuleLoadData", "no PTX", CUDA_ERROR_INVALID_IMAGE, s => [s.Native(8), s.Text("What is this?")]);
        yield return new("cuModuleLoadData", "syntax", CUDA_ERROR_INVALID_PTX, s => [s.Native(8), s.Text(Kernels.Counting.Replace("add.u32", "dad.u32"))]);
        yield return new("cuModuleLoadData", "newer target", CUDA_ERROR_NO_BINARY_FOR_GPU, s => [s.Native(8), s.Text(Kernels.Counting.Replace("sm_75", "sm_120"))]);
        yield return new("cuModuleLoadData", "machine code", CUDA_ERROR_NO_BINARY_FOR_GPU, s => [s.Native(8), s.Text("\u007fELF")]);
        yield return new("cuModuleLoadDataEx", "no values", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), s.Text(Kernels.Counting), 1, s.Native(4), 0]);
        yield return new("cuModuleLoadDataEx", "option", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), s.Text(Kernels.Counting), 1, s.Text("\u0063"), s.Native(8)]);
        yield return new("cuModuleUnload", "twice", CUDA_ERROR_INVALID_HANDLE, s => [Unloaded(s)]);
        yield return new("cuModuleGetFunction", "name", CUDA_ERROR_NOT_FOUND, s => [s.Native(8), s.Load(Kernels.Counting), s.Text("decrement")]);
        yield return new("cuModuleGetFunction", "unloaded", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Unloaded(s), s.Text("increment")]);
        yield return new("cuModuleGetGlobal_v2", "name", CUDA_ERROR_NOT_FOUND, s => [s.Native(8), s.Native(8), s.Load(Kernels.Variables), s.Text("third")]);
        yield return new("cuFuncGetAttribute", "number", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), 16, s.Kernel(Kernels.Empty, "nothing")]);
        yield return new("cuFuncGetAttribute", "no function", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(4), 0, Nothing]);
        yield return new("cuFuncSetAttribute", "more than the device has", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Shared, "dynamic"), 8, 227 * 1024 - 15]);
        yield return new("cuFuncSetAttribute", "not settable", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), 0, 1]);
        yield return new("cuFuncSetAttribute", "carve-out", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), 9, 101]);
        yield return new("cuFuncSetCacheConfig", "number", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), 4]);
        yield return new("cuFuncGetName", "no function", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Nothing]);
        yield return new("cuFuncGetModule", "null", CUDA_ERROR_INVALID_VALUE, s => [0, s.Kernel(Kernels.Empty, "nothing")]);
    }

    private static IEnumerable<MisuseCase> Launches()
    {
        foreach ((string what, nint[] extents) in new (string, nint[])[]
        {
            ("no blocks", [0, 1, 1, 32, 1, 1]),
            ("a grid too high", [1, 65536, 1, 32, 1, 1]),
            ("a grid too deep", [1, 1, 65536, 32, 1, 1]),
            ("a grid above 2^31", [unchecked((nint)0x80000000u), 1, 1, 32, 1, 1]),
            ("no threads", [1, 1, 1, 0, 1, 1]),
            ("1025 threads", [1, 1, 1, 1025, 1, 1]),
            ("2048 threads", [1, 1, 1, 1024, 2, 1]),
            ("a block too deep", [1, 1, 1, 1, 1, 65]),
        })
        {
            yield return new("cuLaunchKernel", what, CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), .. extents, 0, 0, 0, 0]);
            yield return new("cuLaunchCooperativeKernel", what, CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), .. extents, 0, 0, 0]);
        }
        nint[] one = [1, 1, 1, 32, 1, 1];
        yield return new("cuLaunchKernel", "no function", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing, .. one, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "no stream", CUDA_ERROR_INVALID_HANDLE, s => [s.Kernel(Kernels.Empty, "nothing"), .. one, 0, Nothing, 0, 0]);
        yield return new("cuLaunchKernel", "no arguments", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "a null argument", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, s.Native(8), 0]);
        yield return new("cuLaunchKernel", "both forms", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, s.Native(8), s.Native(8)]);
        yield return new("cuLaunchKernel", "an empty extra", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, 0, s.Native(8)]);
        yield return new("cuLaunchKernel", "above the kernel's bound", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "bounded"), 1, 1, 1, 65, 1, 1, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "not the required block", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "fixed"), 1, 1, 1, 64, 1, 1, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "shared memory without opt-in", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), .. one, 48 * 1024 + 1, 0, 0, 0]);
        yield return new("cuLaunchKernel", "an unloaded module", CUDA_ERROR_INVALID_HANDLE, s => [UnloadedFunction(s), .. one, 0, 0, 0, 0]);
        yield return new("cuLaunchCooperativeKernel", "more blocks than fit", CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE, s => [s.Kernel(Kernels.Empty, "nothing"), 132 * 2 + 1, 1, 1, 1024, 1, 1, 0, 0, 0]);
        yield return new("cuLaunchKernelEx", "null", CUDA_ERROR_INVALID_VALUE, s => [0, s.Kernel(Kernels.Empty, "nothing"), 0, 0]);
        yield return new("cuOccupancyMaxActiveBlocksPerMultiprocessor", "threads", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), s.Kernel(Kernels.Empty, "nothing"), 1025, 0]);
        yield return new("cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), s.Kernel(Kernels.Empty, "nothing"), 32, 0, 2]);
        yield return new("cuOccupancyMaxPotentialBlockSize", "shared", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), s.Native(4), s.Kernel(Kernels.Empty, "nothing"), 0, 300 * 1024, 0]);
    }

    private static MisuseCase Copy(string name, bool hasStream, string what, Func<DriverSession, (nint To, nint From, nint Bytes)> ranges) =>
        new(name, what, CUDA_ERROR_INVALID_VALUE, session =>
        {
            (nint to, nint from, nint bytes) = ranges(session);
            return hasStream ? [to, from, bytes, 0] : [to, from, bytes];
        });

    private static nint Freed()
    {
        nint address = DriverSession.Allocate(64);
        Cuda.Call("cuMemFree_v2", address);
        return address;
    }

    private static nint DestroyedStream()
    {
        nint stream = DriverSession.NewStream();
        Cuda.Call("cuStreamDestroy_v2", stream);
        return stream;
    }

    private static nint DestroyedEvent()
    {
        nint mark = DriverSession.NewEvent();
        Cuda.Call("cuEventDestroy_v2", mark);
        return mark;
    }

    private static nint RecordedEvent(uint flags)
    {
        nint mark = DriverSession.NewEvent(flags);
        Cuda.Call("cuEventRecord", mark, 0);
        return mark;
    }

    private static nint StreamOfAnotherContext()
    {
        Cuda.Get("cuCtxCreate_v2", 0, 0);
        nint stream = DriverSession.NewStream();
        Cuda.Get("cuCtxPopCurrent_v2");
        return stream;
    }

    private static nint Instance() => Cuda.Get("cuGraphInstantiateWithFlags", Cuda.Get("cuGraphCreate", 0), 0);

    private static nint Unloaded(DriverSession session)
    {
        nint module = session.Load(Kernels.Counting);
        Cuda.Call("cuModuleUnload", module);
        return module;
    }

    private static nint UnloadedFunction(DriverSession session)
    {
        nint module = session.Load(Kernels.Empty), function = session.Function(module, "nothing");
        Cuda.Call("cuModuleUnload", module);
        return function;
    }

    private static unsafe nint WithAffinity(DriverSession session)
    {
        nint parameters = session.Native(24);
        ((CUctxCreateParams*)parameters)->numExecAffinityParams = 1;
        return parameters;
    }
}
