using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    private static long s_captures;
    private static long s_execs;

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamBeginCapture_v2))]
    public static CUresult cuStreamBeginCapture_v2(nint stream, CaptureMode mode) =>
        Boundary.OnContext(nameof(cuStreamBeginCapture_v2), context =>
        {
            Require(mode is CaptureMode.Global or CaptureMode.ThreadLocal or CaptureMode.Relaxed, $"{(int)mode} is no capture mode.");
            VirtualStream origin = Stream(context, stream);
            if (origin == context.Legacy)
                throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the legacy default stream cannot be captured.");
            if (origin.Capture is not null)
                throw new DriverException(CUDA_ERROR_ILLEGAL_STATE, "the stream is being captured already.");
            StreamCapture capture = new(origin, mode, (ulong)++s_captures);
            origin.Capture = capture;
            context.Captures.Add(capture);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamEndCapture))]
    public static CUresult cuStreamEndCapture(nint stream, nint* graph) => Boundary.OnContext(nameof(cuStreamEndCapture), context =>
    {
        RequirePointer(graph);
        *graph = 0;
        StreamCapture capture = Stream(context, stream).Capture
            ?? throw new DriverException(CUDA_ERROR_ILLEGAL_STATE, "the stream is not being captured.");
        if (capture.Origin != Stream(context, stream))
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "the capture began on another stream.");
        if (!capture.MayEndOn(Environment.CurrentManagedThreadId))
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "the capture began on another thread.");
        capture.End();
        if (capture.IsInvalidated)
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was invalidated by an earlier call.");
        if (!capture.IsJoined())
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "work of another stream was not waited for before the end.");
        *graph = AddGraph(context.Driver, capture.Graph);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamIsCapturing))]
    public static CUresult cuStreamIsCapturing(nint stream, int* status) => Boundary.OnContext(nameof(cuStreamIsCapturing), context =>
    {
        RequirePointer(status);
        *status = StatusOf(Stream(context, stream));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCaptureInfo_v2))]
    public static CUresult cuStreamGetCaptureInfo_v2(nint stream, int* status, ulong* id, nint* graph, nint** nodes, nuint* count) =>
        Boundary.OnContext(nameof(cuStreamGetCaptureInfo_v2), context =>
        {
            RequirePointer(status);
            Require(graph is null && nodes is null && count is null, "graph and nodes of a capture under way are not given out.");
            VirtualStream asked = Stream(context, stream);
            *status = StatusOf(asked);
            if (id is not null)
                *id = asked.Capture?.Id ?? 0;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphCreate))]
    public static CUresult cuGraphCreate(nint* graph, uint flags) => Boundary.OnContext(nameof(cuGraphCreate), context =>
    {
        RequirePointer(graph);
        Require(flags == 0, $"flags is {flags}; 0 is expected.");
        *graph = AddGraph(context.Driver, new VirtualGraph());
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphGetNodes))]
    public static CUresult cuGraphGetNodes(nint graph, nint* nodes, nuint* count) => Boundary.OnContext(nameof(cuGraphGetNodes), context =>
    {
        RequirePointer(count);
        IReadOnlyList<GraphNode> all = context.Driver.Graphs.Get(graph).Nodes;
        if (nodes is not null)
        {
            // Room beyond the last node is filled with null, as CUDA says.
            for (nuint i = 0; i < *count; i++)
                nodes[i] = i < (nuint)all.Count ? all[(int)i].Handle : 0;
        }
        *count = nodes is null ? (nuint)all.Count : Math.Min(*count, (nuint)all.Count);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphNodeGetType))]
    public static CUresult cuGraphNodeGetType(nint node, CUgraphNodeType* type) => Boundary.OnContext(nameof(cuGraphNodeGetType), context =>
    {
        RequirePointer(type);
        *type = context.Driver.Nodes.Get(node).Operation.NodeType;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphDestroy))]
    public static CUresult cuGraphDestroy(nint graph) => Boundary.OnContext(nameof(cuGraphDestroy), context =>
    {
        foreach (GraphNode node in context.Driver.Graphs.Remove(graph).Nodes)
            context.Driver.Nodes.Remove(node.Handle);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiateWithFlags))]
    public static CUresult cuGraphInstantiateWithFlags(nint* exec, nint graph, ulong flags) =>
        Boundary.OnContext(nameof(cuGraphInstantiateWithFlags), context =>
        {
            RequirePointer(exec);
            const ulong DeviceLaunch = 4, Known = 15;
            Require((flags & ~Known) == 0, $"flags is {flags}.");
            if ((flags & DeviceLaunch) != 0)
                throw new DriverException(CUDA_ERROR_NOT_SUPPORTED, "graphs are not launched from the device here.");
            GraphExec made = new(context, Interlocked.Increment(ref s_execs), context.Driver.Graphs.Get(graph));
            context.Driver.Report?.Instantiated(made.Number, [.. made.Operations.Select(operation => operation.Name)]);
            *exec = context.Driver.Execs.Add(made);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecUpdate))]
    public static CUresult cuGraphExecUpdate(nint exec, nint graph, nint* at, CUgraphExecUpdateResult* result) =>
        Boundary.OnContext(nameof(cuGraphExecUpdate), context => Update(context, exec, graph, at, result));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecUpdate_v2))]
    public static CUresult cuGraphExecUpdate_v2(nint exec, nint graph, CUgraphExecUpdateResultInfo* info) =>
        Boundary.OnContext(nameof(cuGraphExecUpdate_v2), context =>
        {
            RequirePointer(info);
            *info = default;
            Update(context, exec, graph, &info->errorNode, &info->result);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphUpload))]
    public static CUresult cuGraphUpload(nint exec, nint stream) => Boundary.OnContext(nameof(cuGraphUpload), context =>
    {
        context.Driver.Execs.Get(exec);
        RefuseOnCaptured(Stream(context, stream), nameof(cuGraphUpload));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphLaunch))]
    public static CUresult cuGraphLaunch(nint exec, nint stream) => Boundary.OnContext(nameof(cuGraphLaunch), context =>
    {
        GraphExec launched = context.Driver.Execs.Get(exec);
        VirtualStream target = Stream(context, stream);
        if (target.Capture is not null)
            throw new DriverException(CUDA_ERROR_NOT_SUPPORTED, "a graph launched while a stream is captured would be a child graph; none are made here.");
        context.Submit(target, launched.Launch());
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecDestroy))]
    public static CUresult cuGraphExecDestroy(nint exec) =>
        Boundary.OnContext(nameof(cuGraphExecDestroy), context => context.Driver.Execs.Remove(exec));

    private static void Update(VirtualContext context, nint exec, nint graph, nint* at, CUgraphExecUpdateResult* result)
    {
        RequirePointer(result);
        *result = context.Driver.Execs.Get(exec).Update(context.Driver.Graphs.Get(graph), out GraphNode? node);
        if (at is not null)
            *at = node?.Handle ?? 0;
        if (*result != CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS)
            throw new DriverException(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, $"{*result}.");
    }

    private static int StatusOf(VirtualStream stream) => stream.Capture is not { } capture ? 0 : capture.IsInvalidated ? 2 : 1;

    private static nint AddGraph(VirtualDriver driver, VirtualGraph graph)
    {
        foreach (GraphNode node in graph.Nodes)
            node.Handle = driver.Nodes.Add(node);
        return driver.Graphs.Add(graph);
    }
}
