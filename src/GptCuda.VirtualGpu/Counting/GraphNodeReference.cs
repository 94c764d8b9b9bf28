namespace GptCuda.VirtualGpu.Counting;

/// <summary>A node of an instantiated graph.</summary>
/// <param name="Graph">The graph's number.</param>
/// <param name="Node">The node's place in the order of execution, from 0.</param>
internal readonly record struct GraphNodeReference(long Graph, int Node);
