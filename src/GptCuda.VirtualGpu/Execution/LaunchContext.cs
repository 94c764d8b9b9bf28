using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>What all blocks of a launch share.</summary>
internal sealed unsafe class LaunchContext : IDisposable
{
    private readonly ConcurrentStack<Block> _unused = [];
    private readonly byte[] _parameters;

    /// <summary>Begins a launch.</summary>
    public LaunchContext(LaunchRequest request, LaunchChecker checker, ExecutionOptions options)
    {
        Request = request;
        Checker = checker;
        Options = options;
        Order = new ExecutionOrder(options.Seed);
        // Loads of a parameter may be as wide as 16 bytes; a copy keeps the caller's buffer free.
        _parameters = GC.AllocateArray<byte>(request.Kernel.ParameterBytes + 16, pinned: true);
        request.Parameters.CopyTo(_parameters, 0);
        Parameters = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_parameters, 0);
    }

    /// <summary>What is launched.</summary>
    public LaunchRequest Request { get; }

    /// <summary>The kernel.</summary>
    public Kernel Kernel => Request.Kernel;

    /// <summary>The device.</summary>
    public DeviceProfile Profile => Checker.Profile;

    /// <summary>The windows of the generic address space.</summary>
    public AddressWindows Windows => Checker.Memory.Windows;

    /// <summary>The launch's checker.</summary>
    public LaunchChecker Checker { get; }

    /// <summary>How it is executed.</summary>
    public ExecutionOptions Options { get; }

    /// <summary>The order of blocks, warps and branches.</summary>
    public ExecutionOrder Order { get; }

    /// <summary>The parameter buffer.</summary>
    public byte* Parameters { get; }

    /// <summary>Begins a block, in the memory of one that has ended where there is one.</summary>
    public Block Begin(long number, BlockScheduler scheduler)
    {
        Block block = _unused.TryPop(out Block? unused) ? unused : new Block(this);
        block.Begin(number, scheduler);
        return block;
    }

    /// <summary>Takes back a block that has ended.</summary>
    public void Return(Block block) => _unused.Push(block);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Block block in _unused)
            block.Dispose();
    }
}
