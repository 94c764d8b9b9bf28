namespace GptCuda.VirtualGpu.Driver;

/// <summary>A graph: nodes in the order in which they were added, each behind those that it depends on.</summary>
internal sealed class VirtualGraph
{
    private readonly List<GraphNode> _nodes = [];

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    public GraphNode Add(IOperation operation, IReadOnlyList<GraphNode> dependencies)
    {
        GraphNode node = new(operation, dependencies);
        _nodes.Add(node);
        return node;
    }

    /// <summary>What the nodes do, in their order.</summary>
    public IOperation[] Operations() => [.. _nodes.Select(node => node.Operation)];

    /// <summary>Dependencies of each node as indices into <see cref="Nodes"/>, ascending.</summary>
    public int[][] Edges()
    {
        Dictionary<GraphNode, int> index = [];
        for (int i = 0; i < _nodes.Count; i++)
            index[_nodes[i]] = i;
        return [.. _nodes.Select(node => node.Dependencies.Select(dependency => index[dependency]).Order().ToArray())];
    }
}
