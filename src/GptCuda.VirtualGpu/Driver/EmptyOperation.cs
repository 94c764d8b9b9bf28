using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>Nothing but a place in the order: the record of an event, the wait for one.</summary>
internal sealed class EmptyOperation : IOperation
{
    public static EmptyOperation Instance { get; } = new();

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_EMPTY;

    public string Name => "empty";

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
    }
}
