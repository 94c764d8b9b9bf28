using System.Runtime.InteropServices;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>The functions that the fake driver exports by their names here.</summary>
internal static unsafe partial class FakeDriver
{
    [UnmanagedCallersOnly]
    private static CUresult Succeed() => CUresult.CUDA_SUCCESS;

    [UnmanagedCallersOnly]
    private static CUresult cuInit(uint flags) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuDriverGetVersion(int* version)
    {
        *version = Version;
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuGetErrorName(CUresult result, byte** name)
    {
        if (!Names.TryGetValue((uint)result, out nint text)) Names[(uint)result] = text = Marshal.StringToCoTaskMemUTF8(result.ToString());
        *name = (byte*)text;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuGetErrorString(CUresult result, byte** text)
    {
        if (!Names.TryGetValue(uint.MaxValue, out nint words))
            Names[uint.MaxValue] = words = Marshal.StringToCoTaskMemUTF8("the driver's words");
        *text = (byte*)words;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetCount(int* count)
    {
        *count = DeviceCount;
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGet(CUdevice* device, int ordinal)
    {
        *device = new CUdevice(ordinal);
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetName(byte* name, int length, CUdevice device)
    {
        "Fake H100\0"u8.CopyTo(new Span<byte>(name, length));
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceTotalMem_v2(nuint* bytes, CUdevice device)
    {
        *bytes = (nuint)80 << 30;
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device)
    {
        *value = Attributes.GetValueOrDefault(attribute);
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuDevicePrimaryCtxRetain(nint* context, CUdevice device) =>
        NewHandle(context, nameof(cuDevicePrimaryCtxRetain));

    [UnmanagedCallersOnly]
    private static CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuCtxSetCurrent(CUcontext context) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuCtxSynchronize() => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuMemGetInfo_v2(nuint* free, nuint* total)
    {
        *free = 1 << 30;
        *total = (nuint)80 << 30;
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuMemAlloc_v2(nint* pointer, nuint bytes) => Allocate(pointer, bytes, nameof(cuMemAlloc_v2));

    [UnmanagedCallersOnly]
    private static CUresult cuMemFree_v2(nint pointer) => Free(pointer, nameof(cuMemFree_v2));

    [UnmanagedCallersOnly]
    private static CUresult cuMemHostAlloc(nint* pointer, nuint bytes, uint flags) => Allocate(pointer, bytes, nameof(cuMemHostAlloc));

    [UnmanagedCallersOnly]
    private static CUresult cuMemFreeHost(nint pointer) => Free(pointer, nameof(cuMemFreeHost));

    private static CUresult Allocate(nint* pointer, nuint bytes, string function)
    {
        CUresult result = Note(function);
        if (result != CUresult.CUDA_SUCCESS) return result;
        *pointer = (nint)NativeMemory.AlignedAlloc(bytes, 256);
        lock (Allocations) Allocations.Add(*pointer, bytes);
        return result;
    }

    private static CUresult Free(nint pointer, string function)
    {
        CUresult result = Note(function);
        if (result != CUresult.CUDA_SUCCESS) return result;
        lock (Allocations)
        {
            if (!Allocations.Remove(pointer)) return CUresult.CUDA_ERROR_INVALID_VALUE;
        }
        NativeMemory.AlignedFree((void*)pointer);
        return result;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyHtoDAsync_v2(byte* destination, byte* source, nuint bytes, CUstream stream)
    {
        CUresult result = Note();
        if (result == CUresult.CUDA_SUCCESS) NativeMemory.Copy(source, destination, bytes);
        return result;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyDtoHAsync_v2(byte* destination, byte* source, nuint bytes, CUstream stream)
    {
        CUresult result = Note();
        if (result == CUresult.CUDA_SUCCESS) NativeMemory.Copy(source, destination, bytes);
        return result;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyDtoDAsync_v2(byte* destination, byte* source, nuint bytes, CUstream stream)
    {
        CUresult result = Note();
        if (result == CUresult.CUDA_SUCCESS) NativeMemory.Copy(source, destination, bytes);
        return result;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuMemsetD8Async(byte* destination, byte value, nuint bytes, CUstream stream)
    {
        NativeMemory.Fill(destination, bytes, value);
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuStreamCreate(nint* stream, uint flags) => NewHandle(stream, nameof(cuStreamCreate));

    [UnmanagedCallersOnly]
    private static CUresult cuStreamDestroy_v2(CUstream stream) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuStreamSynchronize(CUstream stream) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuStreamQuery(CUstream stream) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuStreamEndCapture(CUstream stream, nint* graph) => NewHandle(graph, nameof(cuStreamEndCapture));

    [UnmanagedCallersOnly]
    private static CUresult cuGraphDestroy(CUgraph graph) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuGraphInstantiateWithFlags(nint* instance, CUgraph graph, ulong flags) =>
        NewHandle(instance, nameof(cuGraphInstantiateWithFlags));

    [UnmanagedCallersOnly]
    private static CUresult cuGraphLaunch(CUgraphExec instance, CUstream stream) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuGraphExecUpdate(CUgraphExec instance, CUgraph graph, CUgraphNode* node, CUgraphExecUpdateResult* reason)
    {
        CUresult result = Note();
        *reason = result == CUresult.CUDA_SUCCESS
            ? CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS
            : CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
        return result;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuGraphExecDestroy(CUgraphExec instance) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuEventCreate(nint* handle, uint flags) => NewHandle(handle, nameof(cuEventCreate));

    [UnmanagedCallersOnly]
    private static CUresult cuEventDestroy_v2(CUevent handle) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuEventRecord(CUevent handle, CUstream stream) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuEventSynchronize(CUevent handle) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuModuleLoadDataEx(nint* module, byte* image, uint count, CUjit_option* options, void** values)
    {
        CUresult result = NewHandle(module, nameof(cuModuleLoadDataEx));
        // An image that begins so is one that no driver takes, whatever else.
        return image[0] == (byte)'!' ? CUresult.CUDA_ERROR_INVALID_IMAGE : result;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuModuleUnload(CUmodule module) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuModuleGetFunction(nint* function, CUmodule module, byte* name) =>
        NewHandle(function, nameof(cuModuleGetFunction));

    [UnmanagedCallersOnly]
    private static CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, CUfunction function)
    {
        *value = FunctionAttributes.GetValueOrDefault(attribute);
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) => Note();

    [UnmanagedCallersOnly]
    private static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction function, int threads, nuint shared)
    {
        *blocks = 2;
        return Note();
    }

    [UnmanagedCallersOnly]
    private static CUresult cuLaunchKernelEx(CUlaunchConfig* config, CUfunction function, ulong** arguments, void** extra)
    {
        CUresult result = Note();
        var values = new ulong[ArgumentCount];
        for (int i = 0; i < values.Length; i++) values[i] = *arguments[i];
        int[] attributes =
            [.. new ReadOnlySpan<CUlaunchAttribute>(config->attrs, (int)config->numAttrs).ToArray().Select(attribute => (int)attribute.id)];
        LastLaunch = (*config, values, attributes);
        return result;
    }
}
