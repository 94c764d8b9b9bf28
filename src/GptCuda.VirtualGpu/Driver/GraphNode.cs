namespace GptCuda.VirtualGpu.Driver;

/// <summary>A node of a graph.</summary>
/// <param name="operation">What it does.</param>
/// <param name="dependencies">The nodes that come before it.</param>
internal sealed class GraphNode(IOperation operation, IReadOnlyList<GraphNode> dependencies)
{
    public IOperation Operation { get; } = operation;

    public IReadOnlyList<GraphNode> Dependencies { get; } = dependencies;

    /// <summary>Its handle; 0 while it is being captured.</summary>
    public nint Handle { get; set; }
}
