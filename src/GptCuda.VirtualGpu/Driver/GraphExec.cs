using static GptCuda.VirtualGpu.Driver.CUgraphExecUpdateResult;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>An instantiated graph: its operations with the arguments that they had then.</summary>
/// <param name="context">Where it runs.</param>
/// <param name="number">Its number in reports.</param>
/// <param name="graph">The graph, which may change or go afterwards.</param>
internal sealed class GraphExec(VirtualContext context, long number, VirtualGraph graph)
{
    private readonly int[][] _edges = graph.Edges();
    private IOperation[] _operations = graph.Operations();

    public VirtualContext Context { get; } = context;

    public long Number { get; } = number;

    /// <summary>Its operations, in an order that the edges allow.</summary>
    public IReadOnlyList<IOperation> Operations => _operations;

    /// <summary>The launch before: an instance never runs beside itself.</summary>
    public WorkItem? LastLaunch { get; set; }

    /// <summary>
    /// Takes over the operations of a graph of the same shape; all of them or none. Launches already submitted keep theirs.
    /// </summary>
    /// <param name="graph">The graph with the new arguments.</param>
    /// <param name="at">The node that does not fit, or null.</param>
    public CUgraphExecUpdateResult Update(VirtualGraph graph, out GraphNode? at)
    {
        at = null;
        int[][] edges = graph.Edges();
        if (edges.Length != _edges.Length)
            return CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
        for (int i = 0; i < edges.Length; i++)
        {
            at = graph.Nodes[i];
            if (!edges[i].AsSpan().SequenceEqual(_edges[i]))
                return CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
            CUgraphExecUpdateResult answer = _operations[i].AcceptsUpdate(at.Operation);
            if (answer != CU_GRAPH_EXEC_UPDATE_SUCCESS)
                return answer;
        }
        at = null;
        _operations = graph.Operations();
        return CU_GRAPH_EXEC_UPDATE_SUCCESS;
    }

    /// <summary>A launch as one operation of a stream.</summary>
    /// <exception cref="DriverException">The module of a kernel was unloaded.</exception>
    public GraphLaunch Launch()
    {
        GraphLaunch launch = new(Number, _operations, _edges);
        launch.RequireModules();
        return launch;
    }
}
