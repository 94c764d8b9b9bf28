using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>A device for tests: memory, modules and launches without the driver in between. Every test makes and disposes its own.</summary>
internal sealed unsafe class TestDevice : IDisposable
{
    private readonly DeviceMemory _memory = new(256 << 20);
    private readonly CheckLevel _level;
    private readonly ExecutionOptions _options;
    private PtxModule? _module;

    public TestDevice(CheckLevel level = CheckLevel.All, ulong seed = 0, int threads = 2, long budget = 50_000_000)
    {
        _level = level;
        _options = new ExecutionOptions { Seed = seed, Threads = threads, InstructionBudget = budget };
    }

    /// <summary>The module that was loaded last.</summary>
    public PtxModule Module => _module ?? throw new InvalidOperationException("no module is loaded");

    /// <summary>Loads a module; launches name its kernels.</summary>
    public PtxModule Load(string text, string name = "test.ptx") => _module = PtxModule.Load(text, name, new Placement(_memory));

    /// <summary>Device memory with some values; its address.</summary>
    public ulong Upload<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ulong address = Allocate<T>(values.Length);
        _memory.CopyIn(address, MemoryMarshal.AsBytes(values), nameof(Upload));
        return address;
    }

    /// <summary>Uninitialised device memory; its address.</summary>
    public ulong Allocate<T>(long count)
        where T : unmanaged => _memory.TryAllocate(Math.Max(1, count) * sizeof(T), typeof(T).Name)!.Address;

    /// <summary>Values in device memory.</summary>
    public T[] Download<T>(ulong address, int count)
        where T : unmanaged
    {
        var values = new T[count];
        _memory.CopyOut(address, MemoryMarshal.AsBytes(values.AsSpan()), nameof(Download));
        return values;
    }

    /// <summary>Launches a kernel; each argument's bytes go to its parameter.</summary>
    public LaunchCounters Launch(string kernel, GridExtent grid, GridExtent block, int dynamicShared = 0, bool cooperative = false, params object[] arguments)
    {
        Kernel entry = Module.Kernels[kernel];
        var parameters = new byte[entry.ParameterBytes];
        if (arguments.Length != entry.Parameters.Count)
            throw new ArgumentException($"{kernel} takes {entry.Parameters.Count} arguments, not {arguments.Length}");
        for (int i = 0; i < arguments.Length; i++)
            Write(arguments[i], parameters.AsSpan(entry.Parameters[i].Offset, entry.Parameters[i].Bytes));
        var executor = new Executor(_memory, DeviceProfiles.All[0], _level, _options);
        return executor.Launch(new LaunchRequest
        {
            Kernel = entry,
            Grid = grid,
            Block = block,
            DynamicSharedBytes = dynamicShared,
            Cooperative = cooperative,
            Parameters = parameters,
        }).Counters;
    }

    /// <summary>Launches one block of <paramref name="threads"/> threads.</summary>
    public LaunchCounters Launch(string kernel, int threads, params object[] arguments) =>
        Launch(kernel, new GridExtent(1, 1, 1), new GridExtent(threads, 1, 1), 0, false, arguments);

    public void Dispose() => _memory.Dispose();

    private static void Write(object argument, Span<byte> to)
    {
        switch (argument)
        {
            case int value: MemoryMarshal.Write(to, value); break;
            case uint value: MemoryMarshal.Write(to, value); break;
            case long value: MemoryMarshal.Write(to, value); break;
            case ulong value: MemoryMarshal.Write(to, value); break;
            case float value: MemoryMarshal.Write(to, value); break;
            case byte[] bytes: bytes.CopyTo(to); break;
            default: throw new ArgumentException($"an argument of type {argument.GetType()}");
        }
    }

    private sealed class Placement(DeviceMemory memory) : IModuleMemory
    {
        public ulong Place(string name, long bytes, int alignment, bool isConstant) => memory.TryAllocate(
            bytes, name, kind: isConstant ? AllocationKind.Constant : AllocationKind.Device)!.Address;

        public void Initialize(ulong address, ReadOnlySpan<byte> bytes) => memory.CopyIn(address, bytes, nameof(Initialize));
    }
}
