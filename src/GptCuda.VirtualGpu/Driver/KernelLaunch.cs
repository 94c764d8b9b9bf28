using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;
using static GptCuda.VirtualGpu.Driver.CUgraphExecUpdateResult;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A launch with the arguments that it had when it was submitted or recorded.</summary>
internal sealed class KernelLaunch(LoadedFunction function, LaunchRequest request) : IOperation
{
    private KernelNodeArguments? _arguments;

    public LoadedFunction Function { get; } = function;

    public LaunchRequest Request { get; } = request;

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public string Name => Request.Kernel.Name;

    /// <summary>The arguments as cuGraphKernelNodeGetParams_v2 shows them; they live as long as this does.</summary>
    public KernelNodeArguments Arguments => _arguments ??= new KernelNodeArguments(Request);

    /// <summary>Whether an argument points into the source's allocation; pointers that lie in memory are not looked for.</summary>
    public bool MayWrite(PinnedSource source)
    {
        DeviceMemory memory = Function.Module.Context.Driver.Memory;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(Request.Parameters))
        {
            if (memory.Find(word) is { Kind: AllocationKind.PinnedHost } allocation
                && source.Overlaps(allocation.Address, (ulong)allocation.Size))
                return true;
        }
        return false;
    }

    public void Execute(VirtualDriver driver, GraphNodeReference? node) => driver.Launch(Request, node);

    public CUgraphExecUpdateResult AcceptsUpdate(IOperation other)
    {
        if (other is not KernelLaunch launch)
            return CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
        // Hardware lets the function change within limits; a program that keeps the function is right everywhere.
        return launch.Function == Function ? CU_GRAPH_EXEC_UPDATE_SUCCESS : CU_GRAPH_EXEC_UPDATE_ERROR_FUNCTION_CHANGED;
    }
}
