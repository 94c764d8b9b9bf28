using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>What a stream or a graph node does when its turn comes.</summary>
internal interface IOperation
{
    /// <summary>The graph node's type (CUgraphNodeType).</summary>
    CUgraphNodeType NodeType { get; }

    /// <summary>What reports call it: a kernel's name, memset, copy.</summary>
    string Name { get; }

    /// <summary>Does it.</summary>
    /// <param name="driver">The machine.</param>
    /// <param name="node">The graph node that it comes from, or null.</param>
    void Execute(VirtualDriver driver, GraphNodeReference? node);

    /// <summary>Why another operation cannot take this one's place in an instantiated graph, or null when it can.</summary>
    CUgraphExecUpdateResult RefuseUpdate(IOperation other) =>
        other.GetType() == GetType() ? CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS : CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
}
