using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>cuMemset: a pattern of 1, 2 or 4 bytes, repeated.</summary>
internal sealed class FillOperation(ulong destination, byte[] pattern, long count, string function) : IOperation
{
    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMSET;

    public string Name => "memset";

    public bool MayWrite(PinnedSource source) => source.Overlaps(destination, (ulong)(count * pattern.Length));

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        driver.Memory.Fill(destination, pattern, count, function);
        driver.Report?.Moved(Name, count * pattern.Length, node);
    }
}
