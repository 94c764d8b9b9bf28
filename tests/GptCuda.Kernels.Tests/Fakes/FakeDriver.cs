using System.Reflection;
using System.Runtime.CompilerServices;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>
/// A driver of these tests' own that notes each call and fails where it is told to: for what no device does on demand. Device
/// memory is host memory and every copy is done at once. Its state is the process's, so its tests are of one collection.
/// </summary>
internal static unsafe partial class FakeDriver
{
    public const string Collection = "fake driver";

    private static readonly Dictionary<string, CUresult> Failures = [];
    private static readonly Dictionary<string, (int Successes, CUresult Result)> Later = [];
    private static readonly List<string> CallList = [];
    private static readonly Dictionary<CUdevice_attribute, int> Attributes = [];
    private static readonly Dictionary<nint, nuint> Allocations = [];
    private static readonly Dictionary<uint, nint> Names = [];
    private static long _nextHandle;

    public static IReadOnlyList<string> Calls => CallList;

    /// <summary>Allocations of device and pinned memory that were not freed.</summary>
    public static int LiveAllocations => Allocations.Count;

    public static int Version { get; set; }

    public static int DeviceCount { get; set; }

    /// <summary>The last launch's configuration and the bytes that its arguments pointed at, eight each.</summary>
    public static (CUlaunchConfig Config, ulong[] Arguments, int[] AttributeIds) LastLaunch { get; private set; }

    /// <summary>How many arguments the next launch has; the driver itself knows from the kernel.</summary>
    public static int ArgumentCount { get; set; }

    public static Dictionary<CUfunction_attribute, int> FunctionAttributes { get; } = [];

    /// <summary>A fresh driver with one device like an H100, and its context.</summary>
    public static CudaContext NewContext(bool waits = false)
    {
        Reset();
        return new CudaContext(CudaDriver.Open(Symbols())) { WaitsAfterEachLaunch = waits };
    }

    public static void Reset()
    {
        Failures.Clear();
        Later.Clear();
        CallList.Clear();
        Allocations.Clear();
        FunctionAttributes.Clear();
        FunctionAttributes[CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK] = 1024;
        FunctionAttributes[CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS] = 32;
        Version = 13000;
        DeviceCount = 1;
        ArgumentCount = 0;
        Attributes.Clear();
        foreach ((string name, int value) in new (string, int)[]
        {
            ("MAX_THREADS_PER_BLOCK", 1024), ("MAX_BLOCK_DIM_X", 1024), ("MAX_BLOCK_DIM_Y", 1024), ("MAX_BLOCK_DIM_Z", 64),
            ("MAX_GRID_DIM_X", int.MaxValue), ("MAX_GRID_DIM_Y", 65535), ("MAX_GRID_DIM_Z", 65535),
            ("MAX_SHARED_MEMORY_PER_BLOCK", 49152), ("MULTIPROCESSOR_COUNT", 132), ("MEMORY_CLOCK_RATE", 2619000),
            ("GLOBAL_MEMORY_BUS_WIDTH", 5120), ("L2_CACHE_SIZE", 50 << 20), ("MAX_THREADS_PER_MULTIPROCESSOR", 2048),
            ("COMPUTE_CAPABILITY_MAJOR", 9), ("COMPUTE_CAPABILITY_MINOR", 0), ("COOPERATIVE_LAUNCH", 1),
            ("MAX_SHARED_MEMORY_PER_BLOCK_OPTIN", 227 << 10), ("MAX_SHARED_MEMORY_PER_MULTIPROCESSOR", 228 << 10),
        })
        {
            SetAttribute(name, value);
        }
    }

    public static void SetAttribute(string name, int value) => Attributes[Enum.Parse<CUdevice_attribute>("CU_DEVICE_ATTRIBUTE_" + name)] = value;

    /// <summary>Makes a function fail from now on, until <see cref="Mend"/>.</summary>
    public static void Fail(string function, CUresult result) => Failures[function] = result;

    /// <summary>Makes a function fail once it has succeeded so many times more.</summary>
    public static void FailAfter(string function, int successes, CUresult result) => Later[function] = (successes, result);

    public static void Mend(string function) => Failures.Remove(function);

    /// <summary>Every export that is bound: the functions below, and one that only succeeds for the rest.</summary>
    public static SymbolTable Symbols()
    {
        var functions = typeof(LibCuda).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.FieldType.IsFunctionPointer)
            .ToDictionary(field => field.Name, _ => (nint)(delegate* unmanaged<CUresult>)&Succeed);
        foreach (MethodInfo method in typeof(FakeDriver).GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
        {
            if (functions.ContainsKey(method.Name)) functions[method.Name] = method.MethodHandle.GetFunctionPointer();
        }
        return SymbolTable.FromFunctions("fake driver", functions);
    }

    private static CUresult Note([CallerMemberName] string function = "")
    {
        lock (CallList)
        {
            CallList.Add(function);
            if (Later.TryGetValue(function, out (int Successes, CUresult Result) later))
            {
                Later[function] = (later.Successes - 1, later.Result);
                if (later.Successes == 0) Failures[function] = later.Result;
            }
            return Failures.GetValueOrDefault(function);
        }
    }

    private static CUresult NewHandle(nint* handle, string function)
    {
        CUresult result = Note(function);
        if (result == CUresult.CUDA_SUCCESS) *handle = (nint)Interlocked.Increment(ref _nextHandle);
        return result;
    }
}
