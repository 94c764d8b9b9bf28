using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Driver.CUgraphExecUpdateResult;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>What a stream or a graph node does when its turn comes. Immutable: a graph may be launched any number of times.</summary>
internal interface IOperation
{
    /// <summary>The type of a graph node that does it.</summary>
    CUgraphNodeType NodeType { get; }

    /// <summary>What reports call it: a kernel's name, memset, copy.</summary>
    string Name { get; }

    /// <summary>Does it.</summary>
    /// <param name="driver">The machine.</param>
    /// <param name="node">The graph node that it comes from, or null.</param>
    /// <exception cref="Checking.VirtualFault">It did what it must not; its context has ended.</exception>
    void Execute(VirtualDriver driver, GraphNodeReference? node);

    /// <summary>Whether it may write pinned memory that a later copy reads.</summary>
    bool MayWrite(PinnedSource source) => false;

    /// <summary>Whether another operation can take this one's place in an instantiated graph.</summary>
    CUgraphExecUpdateResult AcceptsUpdate(IOperation other) => other.NodeType == NodeType
        ? CU_GRAPH_EXEC_UPDATE_SUCCESS
        : CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
}
