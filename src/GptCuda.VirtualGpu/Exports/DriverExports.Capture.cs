using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    private static long _captures;

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamBeginCapture_v2))]
    public static CUresult cuStreamBeginCapture_v2(nint stream, CaptureMode mode) =>
        Boundary.OnContext(nameof(cuStreamBeginCapture_v2), context =>
        {
            RequireCaptureMode(mode);
            VirtualStream origin = Stream(context, stream);
            if (origin == context.Legacy)
                throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the legacy default stream cannot be captured.");
            if (origin.Capture is not null)
                throw new DriverException(CUDA_ERROR_ILLEGAL_STATE, "the stream is being captured already.");
            _ = new StreamCapture(origin, mode, (ulong)Interlocked.Increment(ref _captures));
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamEndCapture))]
    public static CUresult cuStreamEndCapture(nint stream, nint* graph) => Boundary.OnContext(nameof(cuStreamEndCapture), context =>
    {
        RequirePointer(graph);
        *graph = 0;
        VirtualStream ended = Stream(context, stream);
        StreamCapture capture = ended.Capture ?? throw new DriverException(CUDA_ERROR_ILLEGAL_STATE, "the stream is not being captured.");
        if (capture.Origin != ended)
        {
            capture.Invalidate();
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "the capture began on another stream.");
        }
        if (!capture.MayEnd)
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "the capture began on another thread.");
        capture.End();
        capture.RequireValid();
        if (!capture.IsJoined())
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "work of another stream was not waited for before the end.");
        *graph = AddGraph(context.Driver, capture.Graph);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamIsCapturing))]
    public static CUresult cuStreamIsCapturing(nint stream, int* status) => Boundary.OnContext(nameof(cuStreamIsCapturing), context =>
    {
        RequirePointer(status);
        VirtualStream asked = Stream(context, stream);
        context.RefuseImplicitOrder(asked);
        *status = CaptureStatus(asked);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCaptureInfo_v2))]
    public static CUresult cuStreamGetCaptureInfo_v2(nint stream, int* status, ulong* id, nint* graph, nint** nodes, nuint* count) =>
        Boundary.OnContext(nameof(cuStreamGetCaptureInfo_v2), context =>
        {
            RequirePointer(status);
            if (graph is not null || nodes is not null || count is not null)
                throw new DriverException(CUDA_ERROR_NOT_SUPPORTED, "graph and nodes of a capture under way are not given out here.");
            VirtualStream asked = Stream(context, stream);
            context.RefuseImplicitOrder(asked);
            *status = CaptureStatus(asked);
            if (id is not null)
                *id = asked.Capture?.Id ?? 0;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuThreadExchangeStreamCaptureMode))]
    public static CUresult cuThreadExchangeStreamCaptureMode(CaptureMode* mode) =>
        Boundary.OnContext(nameof(cuThreadExchangeStreamCaptureMode), _ =>
        {
            RequirePointer(mode);
            RequireCaptureMode(*mode);
            (*mode, CallingThread.CaptureMode) = (CallingThread.CaptureMode, *mode);
        });

    private static void RequireCaptureMode(CaptureMode mode) =>
        Require(mode is CaptureMode.Global or CaptureMode.ThreadLocal or CaptureMode.Relaxed, $"{(int)mode} is no capture mode.");

    /// <summary>CUstreamCaptureStatus: none, active, invalidated.</summary>
    private static int CaptureStatus(VirtualStream stream) => stream.Capture switch
    {
        null => 0,
        { IsInvalidated: false } => 1,
        _ => 2,
    };

    /// <summary>Lets a stream wait for what a capture has recorded; it takes part in the capture from then on.</summary>
    private static void JoinCapture(VirtualStream stream, StreamCapture capture, IReadOnlyList<GraphNode> nodes)
    {
        if (capture.HasEnded)
            throw new DriverException(CUDA_ERROR_CAPTURED_EVENT, "the event was recorded in a capture that has ended.");
        if (stream.Capture is { } other && other != capture)
        {
            other.Invalidate();
            capture.Invalidate();
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_MERGE, "the event belongs to another capture than the stream.");
        }
        if (stream == stream.Context.Legacy)
        {
            capture.Invalidate();
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "the legacy default stream cannot take part in a capture.");
        }
        capture.Join(stream, nodes);
    }
}
