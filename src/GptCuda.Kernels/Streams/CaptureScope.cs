using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Streams;

/// <summary>
/// The time in which a stream records instead of doing. <see cref="End"/> gives the graph; a scope that is left without it, by
/// an exception for example, ends the recording and throws it away, so that the stream works again.
/// </summary>
/// <remarks>Ended by the thread that began it.</remarks>
public sealed unsafe class CaptureScope : IDisposable
{
    private readonly CudaStream _stream;
    private readonly List<string> _launches = [];
    private bool _ended;

    internal CaptureScope(CudaStream stream)
    {
        stream.Context.Check(
            stream.Context.Cu.cuStreamBeginCapture_v2(stream.Handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
            nameof(LibCuda.cuStreamBeginCapture_v2),
            $"beginning to capture stream {stream.Name}");
        _stream = stream;
        stream.Capture = this;
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>The graph, the caller's to dispose of.</returns>
    /// <exception cref="InvalidOperationException">It was ended before.</exception>
    /// <exception cref="CudaException">The capture was invalidated by a call that may not be captured, such as an allocation.</exception>
    public CudaGraph End()
    {
        if (_ended) throw new InvalidOperationException($"The capture of stream {_stream.Name} was ended before.");
        _stream.Context.Enter();
        CUresult result = EndCapture(out CUgraph graph);
        if (result != CUresult.CUDA_SUCCESS)
        {
            throw _stream.Context.Failure(
                result,
                nameof(LibCuda.cuStreamEndCapture),
                $"ending the capture of stream {_stream.Name} after {_launches.Count} launches (an allocation, "
                + "a wait, or an unjoined stream makes one invalid)");
        }
        return new CudaGraph(_stream.Context, graph, [.. _launches]);
    }

    /// <summary>Throws the recording away where it was not ended.</summary>
    public void Dispose()
    {
        if (_ended || _stream.Context.Fault is not null) return;
        if (EndCapture(out CUgraph graph) == CUresult.CUDA_SUCCESS && graph.Value != 0) _stream.Context.Cu.cuGraphDestroy(graph);
    }

    internal void Add(string launch) => _launches.Add(launch);

    private CUresult EndCapture(out CUgraph graph)
    {
        _ended = true;
        _stream.Capture = null;
        CUgraph captured = default;
        CUresult result = _stream.Context.Cu.cuStreamEndCapture(_stream.Handle, &captured);
        graph = captured;
        return result;
    }
}
