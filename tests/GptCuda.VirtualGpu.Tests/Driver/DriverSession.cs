using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>A machine behind the exports for the time of a test, with a current context. One at a time: tests share a collection.</summary>
internal sealed unsafe class DriverSession : IDisposable
{
    public const string Collection = "driver";

    private readonly List<nint> _native = [];

    /// <param name="schedule">When work is done.</param>
    /// <param name="change">Changes to the options, or null.</param>
    /// <param name="hasContext">Whether to make a context current.</param>
    public DriverSession(Schedule schedule = Schedule.Eager, Func<DriverOptions, DriverOptions>? change = null, bool hasContext = true)
    {
        DriverOptions options = new()
        {
            // The default device with less memory, whose addresses are quicker to reserve.
            Profile = DeviceProfiles.All[0] with { MemoryBytes = 1L << 30 },
            Schedule = schedule,
        };
        Machine = new VirtualDriver(change is null ? options : change(options));
        Boundary.Replace(Machine);
        CallingThread.Contexts.Clear();
        CallingThread.CaptureMode = CaptureMode.Global;
        if (hasContext)
            Context = Cuda.Get("cuCtxCreate_v2", 0, 0);
    }

    public VirtualDriver Machine { get; }

    public nint Context { get; }

    public void Dispose()
    {
        CallingThread.Contexts.Clear();
        Boundary.Replace(null);
        foreach (nint memory in _native)
            NativeMemory.Free((void*)memory);
    }

    /// <summary>Native memory, zeroed, for the time of the test.</summary>
    public nint Native(int bytes)
    {
        nint memory = (nint)NativeMemory.AllocZeroed((nuint)bytes);
        _native.Add(memory);
        return memory;
    }

    /// <summary>A text in native memory.</summary>
    public nint Text(string text)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text), 0];
        nint memory = Native(bytes.Length);
        bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
        return memory;
    }

    public static nint Allocate(int bytes) => Cuda.Get("cuMemAlloc_v2", bytes);

    /// <summary>Device memory with some values.</summary>
    public static nint Upload<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        nint address = Allocate(values.Length * sizeof(T));
        fixed (T* source = values)
            Cuda.Call("cuMemcpyHtoD_v2", address, (nint)source, values.Length * sizeof(T));
        return address;
    }

    /// <summary>Values in device memory, when all work is done.</summary>
    public static T[] Download<T>(nint address, int count)
        where T : unmanaged
    {
        Cuda.Call("cuCtxSynchronize");
        T[] values = new T[count];
        fixed (T* destination = values)
            Cuda.Call("cuMemcpyDtoH_v2", (nint)destination, address, count * sizeof(T));
        return values;
    }

    public nint Load(string ptx) => Cuda.Get("cuModuleLoadData", Text(ptx));

    public nint Function(nint module, string name) => Cuda.Get("cuModuleGetFunction", module, Text(name));

    /// <summary>Loads a text and gives one of its kernels.</summary>
    public nint Kernel(string ptx, string name) => Function(Load(ptx), name);

    public static nint NewStream(uint flags = VirtualStream.NonBlocking) => Cuda.Get("cuStreamCreate", (nint)flags);

    public static nint NewEvent(uint flags = 0) => Cuda.Get("cuEventCreate", (nint)flags);

    /// <summary>Launches one block; every argument takes 8 bytes here, of which the kernel reads its parameter's size.</summary>
    public static CUresult TryLaunch(nint function, nint stream, int threads, params ReadOnlySpan<nint> arguments)
    {
        nint* values = stackalloc nint[arguments.Length + 1];
        nint* pointers = stackalloc nint[arguments.Length + 1];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i];
            pointers[i] = (nint)(values + i);
        }
        return Cuda.Try("cuLaunchKernel", function, 1, 1, 1, threads, 1, 1, 0, stream, (nint)pointers, 0);
    }

    public static void Launch(nint function, nint stream, int threads, params ReadOnlySpan<nint> arguments) =>
        Assert.Equal(CUresult.CUDA_SUCCESS, TryLaunch(function, stream, threads, arguments));
}
