namespace GptCuda.VirtualGpu.Driver;

/// <summary>What a stream or a graph node does when its turn comes.</summary>
internal interface IOperation
{
    /// <summary>The graph node's type (CUgraphNodeType).</summary>
    CUgraphNodeType NodeType { get; }

    /// <summary>Does it.</summary>
    /// <param name="driver">The machine.</param>
    void Execute(VirtualDriver driver);

    /// <summary>Why another operation cannot take this one's place in an instantiated graph, or null when it can.</summary>
    CUgraphExecUpdateResult RefuseUpdate(IOperation other) =>
        other.GetType() == GetType() ? CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS : CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
}
