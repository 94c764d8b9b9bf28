namespace GptCuda.Kernels.Streams;

/// <summary>The nodes of a graph by kind.</summary>
/// <param name="Kernels">Kernel launches.</param>
/// <param name="Copies">Copies.</param>
/// <param name="Fills">Memsets.</param>
/// <param name="Others">All else, such as event waits.</param>
public readonly record struct GraphNodeCounts(int Kernels, int Copies, int Fills, int Others)
{
    /// <summary>All nodes.</summary>
    public int Total => Kernels + Copies + Fills + Others;
}
