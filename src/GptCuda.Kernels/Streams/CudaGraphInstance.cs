using System.Collections.Immutable;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Streams;

/// <summary>A graph ready to run, as often as wanted; one launch for all of it.</summary>
public sealed unsafe class CudaGraphInstance : IDisposable
{
    private readonly CudaContext _context;
    private readonly CUgraphExec _handle;
    private readonly string _name;
    private readonly long _held;
    private string _description;
    private bool _disposed;

    internal CudaGraphInstance(CudaContext context, CUgraphExec handle, string name, ImmutableArray<string> launches)
    {
        _context = context;
        _handle = handle;
        _name = name;
        _description = Describe(name, launches);
        _held = LeakRegistry.Add(nameof(CudaGraphInstance), name);
    }

    /// <summary>Queues the graph. Nothing is allocated.</summary>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Launch(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ObjectDisposedException.ThrowIf(_disposed, this);
        stream.Enter();
        if (stream.IsCapturing)
            throw new InvalidOperationException($"Graph {_name} cannot be launched in stream {stream.Name}, which is being captured.");
        _context.Check(_context.Cu.cuGraphLaunch(_handle, stream.Handle), nameof(LibCuda.cuGraphLaunch), $"launching graph {_name}");
        stream.Launched(_description, default, default);
    }

    /// <summary>
    /// Takes over another graph's arguments where its nodes are the same in kind and order, which costs far less than a new
    /// instance. Launches before this keep the old ones.
    /// </summary>
    /// <param name="graph">The graph to take over.</param>
    /// <param name="refusal">Why it could not be taken over; then this instance still runs the old one.</param>
    /// <exception cref="CudaException">The driver failed in another way.</exception>
    public bool TryUpdate(CudaGraph graph, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _context.Enter();
        CUgraphNode node;
        CUgraphExecUpdateResult reason = default;
        CUresult result = _context.Cu.cuGraphExecUpdate(_handle, graph.Handle, &node, &reason);
        if (result == CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE)
        {
            refusal = reason.ToString();
            return false;
        }
        _context.Check(result, nameof(LibCuda.cuGraphExecUpdate), $"updating graph {_name}");
        _description = Describe(_name, graph.Launches);
        refusal = null;
        return true;
    }

    /// <summary>Frees the instance; the driver keeps it until launches of it are done.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Release(_context.Cu.cuGraphExecDestroy, _handle, _held);
    }

    private static string Describe(string name, ImmutableArray<string> launches) =>
        $"graph {name} ({string.Join(", ", launches.CountBy(launch => launch).Select(launch => $"{launch.Value} x {launch.Key}"))})";
}
