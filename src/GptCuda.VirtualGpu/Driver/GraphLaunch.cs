using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Driver.CUgraphExecUpdateResult;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>One launch of an instantiated graph, in a stream or as a node of another graph.</summary>
/// <param name="graph">The instance's number.</param>
/// <param name="operations">What its nodes do, each behind those that it depends on.</param>
/// <param name="edges">The indices that each depends on.</param>
internal sealed class GraphLaunch(long graph, IOperation[] operations, int[][] edges) : IOperation
{
    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_GRAPH;

    public string Name => "graph";

    /// <summary>Refuses kernels whose code is gone.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_INVALID_HANDLE.</exception>
    public void RequireModules()
    {
        foreach (IOperation operation in operations)
        {
            if (operation is KernelLaunch { Function.Module.IsUnloaded: true })
                throw new DriverException(
                    CUresult.CUDA_ERROR_INVALID_HANDLE, $"graph {graph}: the module of kernel {operation.Name} was unloaded.");
            (operation as GraphLaunch)?.RequireModules();
        }
    }

    public bool MayWrite(PinnedSource source) => Array.Exists(operations, operation => operation.MayWrite(source));

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        if (driver.Order is { } order)
        {
            Shuffle(driver, order);
            return;
        }
        for (int i = 0; i < operations.Length; i++)
            operations[i].Execute(driver, new GraphNodeReference(graph, i));
    }

    public CUgraphExecUpdateResult AcceptsUpdate(IOperation other) =>
        other is GraphLaunch ? CU_GRAPH_EXEC_UPDATE_ERROR_NOT_SUPPORTED : CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;

    /// <summary>Runs the nodes in any order that the edges allow.</summary>
    private void Shuffle(VirtualDriver driver, Random order)
    {
        bool[] done = new bool[operations.Length];
        List<int> ready = [];
        for (int left = operations.Length; left > 0; left--)
        {
            ready.Clear();
            for (int i = 0; i < done.Length; i++)
            {
                if (!done[i] && Array.TrueForAll(edges[i], before => done[before]))
                    ready.Add(i);
            }
            int next = ready[order.Next(ready.Count)];
            operations[next].Execute(driver, new GraphNodeReference(graph, next));
            done[next] = true;
        }
    }
}
