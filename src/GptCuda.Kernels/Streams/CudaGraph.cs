using System.Collections.Immutable;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Streams;

/// <summary>Recorded work: what it does, with the arguments that it was recorded with. To be run it is instantiated.</summary>
public sealed unsafe class CudaGraph : IDisposable
{
    private readonly CUgraph _handle;
    private readonly long _held;
    private bool _disposed;

    internal CudaGraph(CudaContext context, CUgraph handle, ImmutableArray<string> launches)
    {
        Context = context;
        _handle = handle;
        Launches = launches;
        _held = LeakRegistry.Add(nameof(CudaGraph), $"{launches.Length} launches");
    }

    /// <summary>The kernels and products recorded, in order, by name.</summary>
    public ImmutableArray<string> Launches { get; }

    internal CudaContext Context { get; }

    internal CUgraph Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _handle;
        }
    }

    /// <summary>How many nodes of each kind the driver made of it.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public GraphNodeCounts CountNodes()
    {
        Context.Enter();
        LibCuda cu = Context.Cu;
        nuint count = 0;
        Context.Check(cu.cuGraphGetNodes(Handle, null, &count), nameof(cu.cuGraphGetNodes), "counting a graph's nodes");
        var nodes = new CUgraphNode[(int)count];
        // The driver takes no count of zero with an array.
        if (count == 0) return default;
        fixed (CUgraphNode* pointer = nodes)
            Context.Check(cu.cuGraphGetNodes(Handle, pointer, &count), nameof(cu.cuGraphGetNodes), "listing a graph's nodes");

        int kernels = 0, copies = 0, fills = 0;
        foreach (CUgraphNode node in nodes)
        {
            CUgraphNodeType type;
            Context.Check(cu.cuGraphNodeGetType(node, &type), nameof(cu.cuGraphNodeGetType), "asking for a graph node's type");
            if (type == CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL) kernels++;
            else if (type == CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMCPY) copies++;
            else if (type == CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMSET) fills++;
        }
        return new GraphNodeCounts(kernels, copies, fills, nodes.Length - kernels - copies - fills);
    }

    /// <summary>Makes it ready to run. The graph itself may then be disposed of.</summary>
    /// <param name="name">For messages.</param>
    /// <exception cref="CudaException">The driver failed.</exception>
    public CudaGraphInstance Instantiate(string name)
    {
        Context.Enter();
        CUgraphExec instance;
        Context.Check(
            Context.Cu.cuGraphInstantiateWithFlags(&instance, Handle, 0),
            nameof(LibCuda.cuGraphInstantiateWithFlags),
            $"instantiating graph {name}");
        return new CudaGraphInstance(Context, instance, name, Launches);
    }

    /// <summary>Frees the recording.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Context.Release(Context.Cu.cuGraphDestroy, _handle, _held);
    }
}
