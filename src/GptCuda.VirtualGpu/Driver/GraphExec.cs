namespace GptCuda.VirtualGpu.Driver;

/// <summary>An instantiated graph: the operations with the arguments that they had then.</summary>
internal sealed class GraphExec(VirtualContext context, long number, VirtualGraph graph)
{
    private readonly int[][] _edges = graph.Edges();
    private IOperation[] _operations = [.. graph.Nodes.Select(node => node.Operation)];

    public VirtualContext Context { get; } = context;

    /// <summary>Its number in reports.</summary>
    public long Number { get; } = number;

    /// <summary>Its operations, for reports.</summary>
    public IReadOnlyList<IOperation> Operations => _operations;

    /// <summary>Takes over the operations of a graph of the same shape.</summary>
    /// <param name="graph">The graph with the new arguments.</param>
    /// <param name="at">The node that does not fit, or null.</param>
    public CUgraphExecUpdateResult Update(VirtualGraph graph, out GraphNode? at)
    {
        at = null;
        int[][] edges = graph.Edges();
        if (edges.Length != _edges.Length)
            return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
        for (int i = 0; i < edges.Length; i++)
        {
            at = graph.Nodes[i];
            CUgraphExecUpdateResult refused = _operations[i].RefuseUpdate(at.Operation);
            if (refused != CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS)
                return refused;
            if (!edges[i].AsSpan().SequenceEqual(_edges[i]))
                return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
        }
        at = null;
        _operations = [.. graph.Nodes.Select(node => node.Operation)];
        return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS;
    }

    /// <summary>The launch as one operation of a stream; later updates do not reach it.</summary>
    public IOperation Launch() => new GraphLaunch(Number, _operations, _edges);
}
