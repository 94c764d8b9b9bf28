namespace GptCuda.Kernels.Native.Driver;

/// <summary>The functions of the CUDA driver library that are used, by exported name, each in its oldest form that serves.</summary>
/// <remarks>
/// The number beside each is the CUDA version that brought that form. None is marked SuppressGCTransition: even a launch may
/// wait for room in the driver's queue, and a thread that waits must not hold up a garbage collection.
/// </remarks>
internal sealed unsafe class LibCuda
{
    /// <summary>The CUDA version (1000 x major + 10 x minor) that brought the youngest function here, cuLaunchKernelEx.</summary>
    internal const int OldestVersion = 11060;

    // Versions and errors
    internal readonly delegate* unmanaged<uint, CUresult> cuInit;
    internal readonly delegate* unmanaged<int*, CUresult> cuDriverGetVersion;
    internal readonly delegate* unmanaged<CUresult, byte**, CUresult> cuGetErrorName;
    internal readonly delegate* unmanaged<CUresult, byte**, CUresult> cuGetErrorString;

    // Devices
    internal readonly delegate* unmanaged<int*, CUresult> cuDeviceGetCount;
    internal readonly delegate* unmanaged<CUdevice*, int, CUresult> cuDeviceGet;
    internal readonly delegate* unmanaged<byte*, int, CUdevice, CUresult> cuDeviceGetName;
    internal readonly delegate* unmanaged<nuint*, CUdevice, CUresult> cuDeviceTotalMem_v2;
    internal readonly delegate* unmanaged<int*, CUdevice_attribute, CUdevice, CUresult> cuDeviceGetAttribute;

    // Contexts
    internal readonly delegate* unmanaged<CUcontext*, CUdevice, CUresult> cuDevicePrimaryCtxRetain;
    internal readonly delegate* unmanaged<CUdevice, CUresult> cuDevicePrimaryCtxRelease_v2;
    internal readonly delegate* unmanaged<CUcontext, CUresult> cuCtxSetCurrent;
    internal readonly delegate* unmanaged<CUresult> cuCtxSynchronize;

    // Memory
    internal readonly delegate* unmanaged<nuint*, nuint*, CUresult> cuMemGetInfo_v2;
    internal readonly delegate* unmanaged<CUdeviceptr*, nuint, CUresult> cuMemAlloc_v2;
    internal readonly delegate* unmanaged<CUdeviceptr, CUresult> cuMemFree_v2;
    internal readonly delegate* unmanaged<void**, nuint, uint, CUresult> cuMemHostAlloc;
    internal readonly delegate* unmanaged<void*, CUresult> cuMemFreeHost;
    internal readonly delegate* unmanaged<CUdeviceptr, void*, nuint, CUstream, CUresult> cuMemcpyHtoDAsync_v2;
    internal readonly delegate* unmanaged<void*, CUdeviceptr, nuint, CUstream, CUresult> cuMemcpyDtoHAsync_v2;
    internal readonly delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUstream, CUresult> cuMemcpyDtoDAsync_v2;
    internal readonly delegate* unmanaged<CUdeviceptr, byte, nuint, CUstream, CUresult> cuMemsetD8Async;
    internal readonly delegate* unmanaged<CUdeviceptr, uint, nuint, CUstream, CUresult> cuMemsetD32Async;

    // Streams and events
    internal readonly delegate* unmanaged<CUstream*, uint, CUresult> cuStreamCreate;
    internal readonly delegate* unmanaged<CUstream, CUresult> cuStreamDestroy_v2;
    internal readonly delegate* unmanaged<CUstream, CUresult> cuStreamSynchronize;
    internal readonly delegate* unmanaged<CUstream, CUresult> cuStreamQuery;
    internal readonly delegate* unmanaged<CUstream, CUevent, uint, CUresult> cuStreamWaitEvent;
    internal readonly delegate* unmanaged<CUevent*, uint, CUresult> cuEventCreate;
    internal readonly delegate* unmanaged<CUevent, CUresult> cuEventDestroy_v2;
    internal readonly delegate* unmanaged<CUevent, CUstream, CUresult> cuEventRecord;
    internal readonly delegate* unmanaged<CUevent, CUresult> cuEventSynchronize;
    internal readonly delegate* unmanaged<CUevent, CUresult> cuEventQuery;
    internal readonly delegate* unmanaged<float*, CUevent, CUevent, CUresult> cuEventElapsedTime;

    // Capture and graphs
    internal readonly delegate* unmanaged<CUstream, CUstreamCaptureMode, CUresult> cuStreamBeginCapture_v2;
    internal readonly delegate* unmanaged<CUstream, CUgraph*, CUresult> cuStreamEndCapture;
    internal readonly delegate* unmanaged<CUgraph, CUgraphNode*, nuint*, CUresult> cuGraphGetNodes;
    internal readonly delegate* unmanaged<CUgraphNode, CUgraphNodeType*, CUresult> cuGraphNodeGetType;
    internal readonly delegate* unmanaged<CUgraph, CUresult> cuGraphDestroy;
    internal readonly delegate* unmanaged<CUgraphExec*, CUgraph, ulong, CUresult> cuGraphInstantiateWithFlags;
    internal readonly delegate* unmanaged<CUgraphExec, CUgraph, CUgraphNode*, CUgraphExecUpdateResult*, CUresult> cuGraphExecUpdate;
    internal readonly delegate* unmanaged<CUgraphExec, CUstream, CUresult> cuGraphLaunch;
    internal readonly delegate* unmanaged<CUgraphExec, CUresult> cuGraphExecDestroy;

    // Modules and launches
    internal readonly delegate* unmanaged<CUmodule*, void*, uint, CUjit_option*, void**, CUresult> cuModuleLoadDataEx;
    internal readonly delegate* unmanaged<CUmodule, CUresult> cuModuleUnload;
    internal readonly delegate* unmanaged<CUfunction*, CUmodule, byte*, CUresult> cuModuleGetFunction;
    internal readonly delegate* unmanaged<int*, CUfunction_attribute, CUfunction, CUresult> cuFuncGetAttribute;
    internal readonly delegate* unmanaged<CUfunction, CUfunction_attribute, int, CUresult> cuFuncSetAttribute;
    internal readonly delegate* unmanaged<int*, CUfunction, int, nuint, CUresult> cuOccupancyMaxActiveBlocksPerMultiprocessor;
    internal readonly delegate* unmanaged<CUlaunchConfig*, CUfunction, void**, void**, CUresult> cuLaunchKernelEx;

    internal LibCuda(SymbolTable symbols)
    {
        Symbols = symbols;
        cuInit = (delegate* unmanaged<uint, CUresult>)symbols.Require(nameof(cuInit), 2000);
        cuDriverGetVersion = (delegate* unmanaged<int*, CUresult>)symbols.Require(nameof(cuDriverGetVersion), 2020);
        cuGetErrorName = (delegate* unmanaged<CUresult, byte**, CUresult>)symbols.Require(nameof(cuGetErrorName), 6000);
        cuGetErrorString = (delegate* unmanaged<CUresult, byte**, CUresult>)symbols.Require(nameof(cuGetErrorString), 6000);
        cuDeviceGetCount = (delegate* unmanaged<int*, CUresult>)symbols.Require(nameof(cuDeviceGetCount), 2000);
        cuDeviceGet = (delegate* unmanaged<CUdevice*, int, CUresult>)symbols.Require(nameof(cuDeviceGet), 2000);
        cuDeviceGetName = (delegate* unmanaged<byte*, int, CUdevice, CUresult>)symbols.Require(nameof(cuDeviceGetName), 2000);
        cuDeviceTotalMem_v2 = (delegate* unmanaged<nuint*, CUdevice, CUresult>)symbols.Require(nameof(cuDeviceTotalMem_v2), 3020);
        cuDeviceGetAttribute =
            (delegate* unmanaged<int*, CUdevice_attribute, CUdevice, CUresult>)symbols.Require(nameof(cuDeviceGetAttribute), 2000);
        cuDevicePrimaryCtxRetain =
            (delegate* unmanaged<CUcontext*, CUdevice, CUresult>)symbols.Require(nameof(cuDevicePrimaryCtxRetain), 7000);
        cuDevicePrimaryCtxRelease_v2 =
            (delegate* unmanaged<CUdevice, CUresult>)symbols.Require(nameof(cuDevicePrimaryCtxRelease_v2), 11000);
        cuCtxSetCurrent = (delegate* unmanaged<CUcontext, CUresult>)symbols.Require(nameof(cuCtxSetCurrent), 4000);
        cuCtxSynchronize = (delegate* unmanaged<CUresult>)symbols.Require(nameof(cuCtxSynchronize), 2000);
        cuMemGetInfo_v2 = (delegate* unmanaged<nuint*, nuint*, CUresult>)symbols.Require(nameof(cuMemGetInfo_v2), 3020);
        cuMemAlloc_v2 = (delegate* unmanaged<CUdeviceptr*, nuint, CUresult>)symbols.Require(nameof(cuMemAlloc_v2), 3020);
        cuMemFree_v2 = (delegate* unmanaged<CUdeviceptr, CUresult>)symbols.Require(nameof(cuMemFree_v2), 3020);
        cuMemHostAlloc = (delegate* unmanaged<void**, nuint, uint, CUresult>)symbols.Require(nameof(cuMemHostAlloc), 2020);
        cuMemFreeHost = (delegate* unmanaged<void*, CUresult>)symbols.Require(nameof(cuMemFreeHost), 2000);
        cuMemcpyHtoDAsync_v2 =
            (delegate* unmanaged<CUdeviceptr, void*, nuint, CUstream, CUresult>)symbols.Require(nameof(cuMemcpyHtoDAsync_v2), 3020);
        cuMemcpyDtoHAsync_v2 =
            (delegate* unmanaged<void*, CUdeviceptr, nuint, CUstream, CUresult>)symbols.Require(nameof(cuMemcpyDtoHAsync_v2), 3020);
        cuMemcpyDtoDAsync_v2 =
            (delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUstream, CUresult>)symbols.Require(nameof(cuMemcpyDtoDAsync_v2), 3020);
        cuMemsetD8Async = (delegate* unmanaged<CUdeviceptr, byte, nuint, CUstream, CUresult>)symbols.Require(nameof(cuMemsetD8Async), 3020);
        cuMemsetD32Async =
            (delegate* unmanaged<CUdeviceptr, uint, nuint, CUstream, CUresult>)symbols.Require(nameof(cuMemsetD32Async), 3020);
        cuStreamCreate = (delegate* unmanaged<CUstream*, uint, CUresult>)symbols.Require(nameof(cuStreamCreate), 2000);
        cuStreamDestroy_v2 = (delegate* unmanaged<CUstream, CUresult>)symbols.Require(nameof(cuStreamDestroy_v2), 4000);
        cuStreamSynchronize = (delegate* unmanaged<CUstream, CUresult>)symbols.Require(nameof(cuStreamSynchronize), 2000);
        cuStreamQuery = (delegate* unmanaged<CUstream, CUresult>)symbols.Require(nameof(cuStreamQuery), 2000);
        cuStreamWaitEvent = (delegate* unmanaged<CUstream, CUevent, uint, CUresult>)symbols.Require(nameof(cuStreamWaitEvent), 3020);
        cuEventCreate = (delegate* unmanaged<CUevent*, uint, CUresult>)symbols.Require(nameof(cuEventCreate), 2000);
        cuEventDestroy_v2 = (delegate* unmanaged<CUevent, CUresult>)symbols.Require(nameof(cuEventDestroy_v2), 4000);
        cuEventRecord = (delegate* unmanaged<CUevent, CUstream, CUresult>)symbols.Require(nameof(cuEventRecord), 2000);
        cuEventSynchronize = (delegate* unmanaged<CUevent, CUresult>)symbols.Require(nameof(cuEventSynchronize), 2000);
        cuEventQuery = (delegate* unmanaged<CUevent, CUresult>)symbols.Require(nameof(cuEventQuery), 2000);
        cuEventElapsedTime = (delegate* unmanaged<float*, CUevent, CUevent, CUresult>)symbols.Require(nameof(cuEventElapsedTime), 2000);
        cuStreamBeginCapture_v2 =
            (delegate* unmanaged<CUstream, CUstreamCaptureMode, CUresult>)symbols.Require(nameof(cuStreamBeginCapture_v2), 10010);
        cuStreamEndCapture = (delegate* unmanaged<CUstream, CUgraph*, CUresult>)symbols.Require(nameof(cuStreamEndCapture), 10000);
        cuGraphGetNodes = (delegate* unmanaged<CUgraph, CUgraphNode*, nuint*, CUresult>)symbols.Require(nameof(cuGraphGetNodes), 10000);
        cuGraphNodeGetType =
            (delegate* unmanaged<CUgraphNode, CUgraphNodeType*, CUresult>)symbols.Require(nameof(cuGraphNodeGetType), 10000);
        cuGraphDestroy = (delegate* unmanaged<CUgraph, CUresult>)symbols.Require(nameof(cuGraphDestroy), 10000);
        cuGraphInstantiateWithFlags =
            (delegate* unmanaged<CUgraphExec*, CUgraph, ulong, CUresult>)symbols.Require(nameof(cuGraphInstantiateWithFlags), 11040);
        cuGraphExecUpdate =
            (delegate* unmanaged<CUgraphExec, CUgraph, CUgraphNode*, CUgraphExecUpdateResult*, CUresult>)
            symbols.Require(nameof(cuGraphExecUpdate), 10020);
        cuGraphLaunch = (delegate* unmanaged<CUgraphExec, CUstream, CUresult>)symbols.Require(nameof(cuGraphLaunch), 10000);
        cuGraphExecDestroy = (delegate* unmanaged<CUgraphExec, CUresult>)symbols.Require(nameof(cuGraphExecDestroy), 10000);
        cuModuleLoadDataEx =
            (delegate* unmanaged<CUmodule*, void*, uint, CUjit_option*, void**, CUresult>)symbols.Require(nameof(cuModuleLoadDataEx), 2010);
        cuModuleUnload = (delegate* unmanaged<CUmodule, CUresult>)symbols.Require(nameof(cuModuleUnload), 2000);
        cuModuleGetFunction =
            (delegate* unmanaged<CUfunction*, CUmodule, byte*, CUresult>)symbols.Require(nameof(cuModuleGetFunction), 2000);
        cuFuncGetAttribute =
            (delegate* unmanaged<int*, CUfunction_attribute, CUfunction, CUresult>)symbols.Require(nameof(cuFuncGetAttribute), 2020);
        cuFuncSetAttribute =
            (delegate* unmanaged<CUfunction, CUfunction_attribute, int, CUresult>)symbols.Require(nameof(cuFuncSetAttribute), 9000);
        cuOccupancyMaxActiveBlocksPerMultiprocessor =
            (delegate* unmanaged<int*, CUfunction, int, nuint, CUresult>)
            symbols.Require(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor), 6050);
        cuLaunchKernelEx =
            (delegate* unmanaged<CUlaunchConfig*, CUfunction, void**, void**, CUresult>)symbols.Require(nameof(cuLaunchKernelEx), 11060);
    }

    /// <summary>Where the functions come from.</summary>
    internal SymbolTable Symbols { get; }
}
