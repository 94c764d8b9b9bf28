using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>
/// A launch whose warps are played by the test: it names every access itself, so that the checker is seen alone, without executor or
/// compiler. Line n of the kernel "k.cu" is instruction n.
/// </summary>
internal sealed unsafe class Rig : IDisposable
{
    private readonly Dictionary<long, BlockChecker> _blocks = [];

    public Rig(
        int blocks = 1,
        int threads = 64,
        int sharedBytes = 1024,
        CheckLevel level = CheckLevel.All,
        int localBytes = 64,
        string device = "h100")
    {
        Memory = new DeviceMemory(1L << 30);
        Launch = new LaunchChecker(Memory, DeviceProfiles.Named(device), level, new LaunchDescription(
            "k", new(blocks, 1, 1), new(threads, 1, 1), sharedBytes, localBytes, 16, false, 0,
            index => new InstructionSource(100 + index, $"instruction {index}", "k.cu", index)), new(50 << 20));
        Threads = threads;
    }

    public DeviceMemory Memory { get; }

    public LaunchChecker Launch { get; }

    public int Threads { get; }

    public BlockChecker Block(long block = 0) =>
        _blocks.TryGetValue(block, out var found) ? found : _blocks[block] = Launch.BeginBlock(block);

    /// <summary>Device memory that is initialised unless the test says otherwise.</summary>
    public ulong Allocate(int bytes, string name = "x", bool initialized = true)
    {
        var address = Memory.TryAllocate(bytes, name)!.Address;
        if (initialized)
            Memory.Fill(address, [0], bytes, "test");
        return address;
    }

    /// <summary>One access; lane i of the mask goes to addresses(i).</summary>
    public void Access(
        AccessKind kind, Func<int, ulong> addresses, uint mask = uint.MaxValue, int bytes = 4, StateSpace space = StateSpace.Global,
        int warp = 0, long block = 0, MemoryOrder order = MemoryOrder.Weak, MemoryScope scope = MemoryScope.Device,
        CacheHints hints = CacheHints.None, int line = 1, uint[]? values = null)
    {
        var lanes = stackalloc ulong[32];
        for (var lane = 0; lane < 32; lane++)
            lanes[lane] = (mask >> lane & 1) != 0 ? addresses(lane) : 0xdead_beef_dead_beef;
        fixed (uint* value = values)
        {
            Block(block).Access(new WarpAccess
            {
                Warp = warp,
                ActiveMask = mask,
                Space = space,
                Kind = kind,
                Order = order,
                Scope = scope,
                Hints = hints,
                BytesPerLane = bytes,
                Addresses = lanes,
                Instruction = line,
                Value0 = (byte*)value,
                ValueStride = 4,
                ValueBytes = 4,
            });
        }
    }

    public void Load(ulong address, int lane = 0, int warp = 0, long block = 0, MemoryOrder order = MemoryOrder.Weak,
        MemoryScope scope = MemoryScope.Device,
        StateSpace space = StateSpace.Global,
        int bytes = 4,
        int line = 1,
        CacheHints hints = CacheHints.None) =>
        Access(AccessKind.Load, _ => address, 1u << lane, bytes, space, warp, block, order, scope, hints, line);

    public void Store(ulong address, int lane = 0, int warp = 0, long block = 0, MemoryOrder order = MemoryOrder.Weak,
        MemoryScope scope = MemoryScope.Device, StateSpace space = StateSpace.Global, int bytes = 4, int line = 2) =>
        Access(AccessKind.Store, _ => address, 1u << lane, bytes, space, warp, block, order, scope, line: line);

    public void Atomic(ulong address, int lane = 0, int warp = 0, long block = 0, MemoryOrder order = MemoryOrder.Relaxed,
        MemoryScope scope = MemoryScope.Device, StateSpace space = StateSpace.Global, int line = 3) =>
        Access(AccessKind.Atomic, _ => address, 1u << lane, 4, space, warp, block, order, scope, line: line);

    public void Fence(int lane = 0, int warp = 0, long block = 0, MemoryOrder order = MemoryOrder.SequentiallyConsistent,
        MemoryScope scope = MemoryScope.Device) => Block(block).Fence(warp, 1u << lane, order, scope);

    /// <summary>__syncthreads() of all threads of a block.</summary>
    public void Barrier(long block = 0)
    {
        var lanes = new uint[(Threads + 31) / 32];
        for (var warp = 0; warp < lanes.Length; warp++)
            lanes[warp] = Threads - warp * 32 >= 32 ? uint.MaxValue : (1u << (Threads - warp * 32)) - 1;
        Block(block).BarrierComplete(0, lanes);
    }

    /// <summary>Ends all blocks and the launch.</summary>
    public void Complete()
    {
        foreach (var block in _blocks.Values)
            block.Complete();
        Launch.Complete();
    }

    public void Dispose()
    {
        foreach (var block in _blocks.Values)
            block.Dispose();
        Memory.Dispose();
    }

    /// <summary>Runs, expecting a fault of a kind.</summary>
    public static VirtualFault Faults(FaultKind kind, Action action)
    {
        var fault = Assert.Throws<VirtualFault>(action);
        Assert.True(fault.Kind == kind, $"expected {kind}, got: {fault.Message}");
        return fault;
    }
}
