namespace GptCuda.VirtualGpu.Driver;

/// <summary>One launch of an instantiated graph: its nodes in an order that the seed picks among those that the edges allow.</summary>
internal sealed class GraphLaunch(IOperation[] operations, int[][] edges) : IOperation
{
    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_EMPTY;

    public void Execute(VirtualDriver driver)
    {
        int[] waiting = [.. edges.Select(dependencies => dependencies.Length)];
        List<int>[] followers = [.. operations.Select(_ => new List<int>())];
        List<int> ready = [];
        for (int node = 0; node < edges.Length; node++)
        {
            foreach (int dependency in edges[node])
                followers[dependency].Add(node);
            if (waiting[node] == 0)
                ready.Add(node);
        }
        while (ready.Count > 0)
        {
            int pick = driver.Order.Next(ready.Count);
            int node = ready[pick];
            ready.RemoveAt(pick);
            operations[node].Execute(driver);
            foreach (int follower in followers[node])
            {
                if (--waiting[follower] == 0)
                    ready.Add(follower);
            }
        }
    }
}
