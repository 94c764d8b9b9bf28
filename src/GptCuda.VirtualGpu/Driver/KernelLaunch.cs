using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A launch with the arguments that it had when it was submitted or recorded.</summary>
internal sealed class KernelLaunch(LoadedFunction function, LaunchRequest request) : IOperation
{
    public LoadedFunction Function { get; } = function;

    public LaunchRequest Request { get; } = request;

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public string Name => Request.Kernel.Name;

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        if (Function.Module.IsUnloaded)
            throw new DriverException(CUresult.CUDA_ERROR_INVALID_HANDLE, $"kernel {Name}: its module was unloaded before it ran.");
        driver.Launch(Request, node);
    }

    public CUgraphExecUpdateResult RefuseUpdate(IOperation other)
    {
        if (other is not KernelLaunch launch)
            return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
        // Hardware lets the function change within limits; a program that stays below them keeps the function.
        return launch.Function == Function
            ? CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS
            : CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_FUNCTION_CHANGED;
    }
}
