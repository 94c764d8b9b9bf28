using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>One launch of an instantiated graph: its nodes in an order that the seed picks among those that the edges allow.</summary>
internal sealed class GraphLaunch(long graph, IOperation[] operations, int[][] edges) : IOperation
{
    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_EMPTY;

    public string Name => "graph";

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        int[] waiting = [.. edges.Select(dependencies => dependencies.Length)];
        List<int>[] followers = [.. operations.Select(_ => new List<int>())];
        List<int> ready = [];
        for (int i = 0; i < edges.Length; i++)
        {
            foreach (int dependency in edges[i])
                followers[dependency].Add(i);
            if (waiting[i] == 0)
                ready.Add(i);
        }
        for (int done = 0; ready.Count > 0; done++)
        {
            int pick = driver.Order.Next(ready.Count);
            int at = ready[pick];
            ready.RemoveAt(pick);
            operations[at].Execute(driver, new GraphNodeReference(graph, done));
            foreach (int follower in followers[at])
            {
                if (--waiting[follower] == 0)
                    ready.Add(follower);
            }
        }
    }
}
