using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;

namespace GptCuda.Benchmarks;

/// <summary>
/// What a launch costs above the driver's own call: the same eight arguments through a typed launcher and straight through the
/// function pointer, on a table of functions that do nothing.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The cleanup disposes of what the setup made.")]
public unsafe class LaunchBenchmarks
{
    private delegate* unmanaged<CUlaunchConfig*, nint, void**, void**, uint> _launch;
    private CudaContext _context = null!;
    private CudaStream _stream = null!;
    private CudaGraphInstance _graph = null!;
    private Kernel _kernel = null!;
    private DeviceSpan<float> _memory;

    [GlobalSetup]
    public void Prepare()
    {
        SymbolTable nothing = Nothing();
        _launch = (delegate* unmanaged<CUlaunchConfig*, nint, void**, void**, uint>)nothing.Find(nameof(LibCuda.cuLaunchKernelEx));
        _context = new CudaContext(CudaDriver.Open(nothing)) { WaitsAfterEachLaunch = false };
        _stream = new CudaStream(_context);
        _kernel = new Kernel(_context, new CUfunction(1), "kernel");
        _memory = new DeviceSpan<float>(new CUdeviceptr(256), 768);
        using CaptureScope scope = _stream.BeginCapture();
        using CudaGraph graph = scope.End();
        _graph = graph.Instantiate("graph");
    }

    [GlobalCleanup]
    public void Free()
    {
        _graph.Dispose();
        _stream.Dispose();
        _context.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void NativeCall()
    {
        ulong a = _memory.Address, b = a, c = a, d = a;
        float scale = 1.5f;
        int rows = 8, position = 512, width = 768;
        void** arguments = stackalloc void*[] { &a, &b, &c, &d, &scale, &rows, &position, &width };
        CUlaunchConfig config = default;
        config.gridDimX = 96;
        config.gridDimY = 1;
        config.gridDimZ = 1;
        config.blockDimX = 256;
        config.blockDimY = 1;
        config.blockDimZ = 1;
        config.hStream = _stream.Handle;
        _launch(&config, 1, arguments, null);
    }

    [Benchmark]
    public void TypedLauncher() => Launch(LaunchOptions.None);

    [Benchmark]
    public void TypedLauncherOverlapping() => Launch(LaunchOptions.Overlapping);

    [Benchmark]
    public void GraphLaunch() => _graph.Launch(_stream);

    private void Launch(LaunchOptions options)
    {
        var arguments = new KernelArguments();
        arguments.Add(_memory);
        arguments.Add(_memory);
        arguments.Add(_memory);
        arguments.Add(_memory);
        arguments.Add(1.5f);
        arguments.Add(8);
        arguments.Add(512);
        arguments.Add(768);
        _kernel.Launch(_stream, new LaunchShape(96, 256), ref arguments, options);
    }

    private static SymbolTable Nothing()
    {
        var functions = typeof(LibCuda).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.FieldType.IsFunctionPointer)
            .ToDictionary(field => field.Name, _ => (nint)(delegate* unmanaged<CUresult>)&DoNothing);
        functions[nameof(LibCuda.cuDeviceGetCount)] = (nint)(delegate* unmanaged<int*, CUresult>)&OneDevice;
        functions[nameof(LibCuda.cuDeviceGetName)] = (nint)(delegate* unmanaged<byte*, int, CUdevice, CUresult>)&Name;
        // Large enough for every limit, and as a compute capability newer than what any option needs.
        functions[nameof(LibCuda.cuDeviceGetAttribute)] = (nint)(delegate* unmanaged<int*, CUdevice_attribute, CUdevice, CUresult>)&Large;
        functions[nameof(LibCuda.cuFuncGetAttribute)] = (nint)(delegate* unmanaged<int*, CUfunction_attribute, CUfunction, CUresult>)&LargeToo;
        return SymbolTable.FromFunctions("functions that do nothing", functions);
    }

    [UnmanagedCallersOnly]
    private static CUresult DoNothing() => CUresult.CUDA_SUCCESS;

    [UnmanagedCallersOnly]
    private static CUresult OneDevice(int* count)
    {
        *count = 1;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult Name(byte* name, int length, CUdevice device)
    {
        *name = 0;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult Large(int* value, CUdevice_attribute attribute, CUdevice device)
    {
        *value = 1024;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult LargeToo(int* value, CUfunction_attribute attribute, CUfunction function)
    {
        *value = 1024;
        return CUresult.CUDA_SUCCESS;
    }
}
