using System.Reflection;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Native;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>
/// A driver between the backend and the tests' one that notes the calls which queue, copy, allocate or wait, and what they allocate on
/// the managed heap where the GPU is software in this process.
/// </summary>
/// <remarks>One at a time: functions that native code can call have no state of their own but the process's.</remarks>
internal static unsafe class DriverCalls
{
    private static readonly Dictionary<string, nint> Real = [];
    private static readonly (string Name, nint Event)[] Noted = new (string, nint)[1024];
    private static int _count;
    private static long _allocated;

    /// <summary>The calls since <see cref="Clear"/>, in order, without the ending of their version; an event's with its handle.</summary>
    public static IReadOnlyList<(string Name, nint Event)> Calls => [.. Noted.Take(_count)];

    /// <summary>Bytes of managed memory that the calls themselves took.</summary>
    public static long AllocatedInside => _allocated;

    /// <summary>Forgets the calls so far.</summary>
    public static void Clear()
    {
        _count = 0;
        _allocated = 0;
    }

    /// <summary>The same libraries, with the driver's calls noted.</summary>
    public static CudaLibraries Around(CudaLibraries libraries)
    {
        SymbolTable driver = libraries.Driver.Symbols;
        Dictionary<string, nint> functions = new(StringComparer.Ordinal)
        {
            ["cuMemAlloc_v2"] = (nint)(delegate* unmanaged<nint*, nuint, int>)&cuMemAlloc,
            ["cuMemFree_v2"] = (nint)(delegate* unmanaged<nint, int>)&cuMemFree,
            ["cuMemFreeHost"] = (nint)(delegate* unmanaged<nint, int>)&cuMemFreeHost,
            ["cuMemHostAlloc"] = (nint)(delegate* unmanaged<nint*, nuint, uint, int>)&cuMemHostAlloc,
            ["cuMemcpyHtoDAsync_v2"] = (nint)(delegate* unmanaged<nint, nint, nuint, nint, int>)&cuMemcpyHtoDAsync,
            ["cuMemcpyDtoHAsync_v2"] = (nint)(delegate* unmanaged<nint, nint, nuint, nint, int>)&cuMemcpyDtoHAsync,
            ["cuMemcpyDtoDAsync_v2"] = (nint)(delegate* unmanaged<nint, nint, nuint, nint, int>)&cuMemcpyDtoDAsync,
            ["cuMemsetD8Async"] = (nint)(delegate* unmanaged<nint, byte, nuint, nint, int>)&cuMemsetD8Async,
            ["cuMemsetD32Async"] = (nint)(delegate* unmanaged<nint, uint, nuint, nint, int>)&cuMemsetD32Async,
            ["cuStreamSynchronize"] = (nint)(delegate* unmanaged<nint, int>)&cuStreamSynchronize,
            ["cuStreamQuery"] = (nint)(delegate* unmanaged<nint, int>)&cuStreamQuery,
            ["cuCtxSynchronize"] = (nint)(delegate* unmanaged<int>)&cuCtxSynchronize,
            ["cuEventRecord"] = (nint)(delegate* unmanaged<nint, nint, int>)&cuEventRecord,
            ["cuEventSynchronize"] = (nint)(delegate* unmanaged<nint, int>)&cuEventSynchronize,
            ["cuEventQuery"] = (nint)(delegate* unmanaged<nint, int>)&cuEventQuery,
            ["cuGraphLaunch"] = (nint)(delegate* unmanaged<nint, nint, int>)&cuGraphLaunch,
            ["cuLaunchKernelEx"] = (nint)(delegate* unmanaged<nint, nint, nint, nint, int>)&cuLaunchKernelEx,
        };
        Type binding = typeof(SymbolTable).Assembly.GetType("GptCuda.Kernels.Native.Driver.LibCuda", throwOnError: true)!;
        foreach (FieldInfo field in binding.GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
        {
            nint address = field.Name.StartsWith("cu", StringComparison.Ordinal) ? driver.Require(field.Name) : 0;
            if (address != 0 && !functions.TryAdd(field.Name, address))
                Real[field.Name] = address;
        }
        var table = SymbolTable.FromFunctions(driver.Library, functions);
        Clear();
        return new CudaLibraries(table, libraries.Nvrtc.Symbols, () => libraries.Cublas);
    }

    [UnmanagedCallersOnly]
    private static int cuMemAlloc(nint* pointer, nuint bytes)
    {
        long before = Begin("cuMemAlloc");
        return End(before, ((delegate* unmanaged<nint*, nuint, int>)Real["cuMemAlloc_v2"])(pointer, bytes));
    }

    [UnmanagedCallersOnly]
    private static int cuMemFree(nint pointer)
    {
        long before = Begin("cuMemFree");
        return End(before, ((delegate* unmanaged<nint, int>)Real["cuMemFree_v2"])(pointer));
    }

    [UnmanagedCallersOnly]
    private static int cuMemFreeHost(nint pointer)
    {
        long before = Begin("cuMemFreeHost");
        return End(before, ((delegate* unmanaged<nint, int>)Real["cuMemFreeHost"])(pointer));
    }

    [UnmanagedCallersOnly]
    private static int cuMemHostAlloc(nint* pointer, nuint bytes, uint flags)
    {
        long before = Begin("cuMemHostAlloc");
        return End(before, ((delegate* unmanaged<nint*, nuint, uint, int>)Real["cuMemHostAlloc"])(pointer, bytes, flags));
    }

    [UnmanagedCallersOnly]
    private static int cuMemcpyHtoDAsync(nint to, nint from, nuint bytes, nint stream)
    {
        long before = Begin("cuMemcpyHtoDAsync");
        return End(before, ((delegate* unmanaged<nint, nint, nuint, nint, int>)Real["cuMemcpyHtoDAsync_v2"])(to, from, bytes, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuMemcpyDtoHAsync(nint to, nint from, nuint bytes, nint stream)
    {
        long before = Begin("cuMemcpyDtoHAsync");
        return End(before, ((delegate* unmanaged<nint, nint, nuint, nint, int>)Real["cuMemcpyDtoHAsync_v2"])(to, from, bytes, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuMemcpyDtoDAsync(nint to, nint from, nuint bytes, nint stream)
    {
        long before = Begin("cuMemcpyDtoDAsync");
        return End(before, ((delegate* unmanaged<nint, nint, nuint, nint, int>)Real["cuMemcpyDtoDAsync_v2"])(to, from, bytes, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuMemsetD8Async(nint to, byte value, nuint count, nint stream)
    {
        long before = Begin("cuMemsetD8Async");
        return End(before, ((delegate* unmanaged<nint, byte, nuint, nint, int>)Real["cuMemsetD8Async"])(to, value, count, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuMemsetD32Async(nint to, uint value, nuint count, nint stream)
    {
        long before = Begin("cuMemsetD32Async");
        return End(before, ((delegate* unmanaged<nint, uint, nuint, nint, int>)Real["cuMemsetD32Async"])(to, value, count, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuStreamSynchronize(nint stream)
    {
        long before = Begin("cuStreamSynchronize");
        return End(before, ((delegate* unmanaged<nint, int>)Real["cuStreamSynchronize"])(stream));
    }

    [UnmanagedCallersOnly]
    private static int cuStreamQuery(nint stream)
    {
        long before = Begin("cuStreamQuery");
        return End(before, ((delegate* unmanaged<nint, int>)Real["cuStreamQuery"])(stream));
    }

    [UnmanagedCallersOnly]
    private static int cuCtxSynchronize()
    {
        long before = Begin("cuCtxSynchronize");
        return End(before, ((delegate* unmanaged<int>)Real["cuCtxSynchronize"])());
    }

    [UnmanagedCallersOnly]
    private static int cuEventRecord(nint mark, nint stream)
    {
        long before = Begin("cuEventRecord", mark);
        return End(before, ((delegate* unmanaged<nint, nint, int>)Real["cuEventRecord"])(mark, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuEventSynchronize(nint mark)
    {
        long before = Begin("cuEventSynchronize", mark);
        return End(before, ((delegate* unmanaged<nint, int>)Real["cuEventSynchronize"])(mark));
    }

    [UnmanagedCallersOnly]
    private static int cuEventQuery(nint mark)
    {
        long before = Begin("cuEventQuery", mark);
        return End(before, ((delegate* unmanaged<nint, int>)Real["cuEventQuery"])(mark));
    }

    [UnmanagedCallersOnly]
    private static int cuGraphLaunch(nint graph, nint stream)
    {
        long before = Begin("cuGraphLaunch");
        return End(before, ((delegate* unmanaged<nint, nint, int>)Real["cuGraphLaunch"])(graph, stream));
    }

    [UnmanagedCallersOnly]
    private static int cuLaunchKernelEx(nint configuration, nint function, nint arguments, nint extra)
    {
        long before = Begin("cuLaunchKernelEx");
        return End(
            before,
            ((delegate* unmanaged<nint, nint, nint, nint, int>)Real["cuLaunchKernelEx"])(configuration, function, arguments, extra));
    }

    private static long Begin(string name, nint mark = 0)
    {
        if (_count < Noted.Length)
            Noted[_count++] = (name, mark);
        return GC.GetAllocatedBytesForCurrentThread();
    }

    private static int End(long before, int result)
    {
        _allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        return result;
    }
}
