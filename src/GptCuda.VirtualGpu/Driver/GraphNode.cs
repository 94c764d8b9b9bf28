namespace GptCuda.VirtualGpu.Driver;

/// <summary>A node of a graph.</summary>
internal sealed class GraphNode(IOperation operation, IReadOnlyList<GraphNode> dependencies)
{
    public IOperation Operation { get; } = operation;

    public IReadOnlyList<GraphNode> Dependencies { get; } = dependencies;

    public nint Handle { get; set; }
}
