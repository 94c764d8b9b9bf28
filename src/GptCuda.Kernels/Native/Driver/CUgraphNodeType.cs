namespace GptCuda.Kernels.Native.Driver;

/// <summary>What a node of a graph does; the kinds that are counted.</summary>
internal enum CUgraphNodeType : uint
{
    CU_GRAPH_NODE_TYPE_KERNEL = 0,
    CU_GRAPH_NODE_TYPE_MEMCPY = 1,
    CU_GRAPH_NODE_TYPE_MEMSET = 2,
}
