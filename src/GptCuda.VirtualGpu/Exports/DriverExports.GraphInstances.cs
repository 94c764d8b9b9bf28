using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    private static long _instances;

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiateWithFlags))]
    public static CUresult cuGraphInstantiateWithFlags(nint* exec, nint graph, ulong flags) =>
        Boundary.OnContext(nameof(cuGraphInstantiateWithFlags), context => Instantiate(context, exec, graph, flags));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiate_v2))]
    public static CUresult cuGraphInstantiate_v2(nint* exec, nint graph, nint* errorNode, byte* log, nuint room) =>
        Boundary.OnContext(nameof(cuGraphInstantiate_v2), context =>
        {
            Instantiate(context, exec, graph, flags: 0);
            if (errorNode is not null)
                *errorNode = 0;
            if (log is not null && room > 0)
                *log = 0;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiateWithParams))]
    public static CUresult cuGraphInstantiateWithParams(nint* exec, nint graph, CUDA_GRAPH_INSTANTIATE_PARAMS* parameters) =>
        Boundary.OnContext(nameof(cuGraphInstantiateWithParams), context =>
        {
            const uint Success = 0, Error = 1;
            RequirePointer(parameters);
            (parameters->hErrNode_out, parameters->result_out) = (0, Error);
            Instantiate(context, exec, graph, parameters->flags);
            parameters->result_out = Success;
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
        VirtualStream target = Stream(context, stream);
        if (target.Capture is { } capture)
        {
            capture.Invalidate();
            throw new DriverException(
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "a graph cannot be uploaded to a stream that is being captured.");
        }
        context.Submit(target, EmptyOperation.Instance);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphLaunch))]
    public static CUresult cuGraphLaunch(nint exec, nint stream) => Boundary.OnContext(nameof(cuGraphLaunch), context =>
    {
        GraphExec launched = context.Driver.Execs.Get(exec);
        VirtualStream target = Stream(context, stream);
        if (launched.Context != context)
            throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "the graph was instantiated in another context.");
        // In a captured stream it becomes a node of that graph, and has nothing to do with other launches.
        WorkItem? item = context.Submit(target, launched.Launch(), target.Capture is null ? launched.LastLaunch : null);
        launched.LastLaunch = item ?? launched.LastLaunch;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecDestroy))]
    public static CUresult cuGraphExecDestroy(nint exec) =>
        Boundary.OnContext(nameof(cuGraphExecDestroy), context => context.Driver.Execs.Remove(exec));

    private static void Instantiate(VirtualContext context, nint* exec, nint graph, ulong flags)
    {
        const ulong AutoFreeOnLaunch = 1, Upload = 2, DeviceLaunch = 4, UseNodePriority = 8;
        RequirePointer(exec);
        Require(
            (flags & ~(AutoFreeOnLaunch | Upload | DeviceLaunch | UseNodePriority)) == 0,
            $"flags is {flags}, with bits that mean nothing.");
        if ((flags & DeviceLaunch) != 0)
            throw new DriverException(CUDA_ERROR_NOT_SUPPORTED, "graphs are not launched from the device here.");
        GraphExec made = new(context, Interlocked.Increment(ref _instances), context.Driver.Graphs.Get(graph));
        context.Driver.Report?.Instantiated(made.Number, [.. made.Operations.Select(operation => operation.Name)]);
        *exec = context.Driver.Execs.Add(made);
    }

    private static void Update(VirtualContext context, nint exec, nint graph, nint* at, CUgraphExecUpdateResult* result)
    {
        RequirePointer(result);
        GraphExec updated = context.Driver.Execs.Get(exec);
        *result = updated.Update(context.Driver.Graphs.Get(graph), out GraphNode? node);
        if (at is not null)
            *at = node?.Handle ?? 0;
        if (*result != CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS)
            throw new DriverException(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, $"{*result}.");
    }
}
