using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    // Priorities go from 0 down to this one, as on the devices that are played.
    private const int HighestPriority = -5;
    private const nint LegacyStream = 1;
    private const nint PerThreadStream = 2;

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreate))]
    public static CUresult cuStreamCreate(nint* stream, uint flags) => CreateStream(nameof(cuStreamCreate), stream, flags, 0);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreateWithPriority))]
    public static CUresult cuStreamCreateWithPriority(nint* stream, uint flags, int priority) =>
        CreateStream(nameof(cuStreamCreateWithPriority), stream, flags, Math.Clamp(priority, HighestPriority, 0));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamDestroy_v2))]
    public static CUresult cuStreamDestroy_v2(nint stream) => Boundary.OnContext(nameof(cuStreamDestroy_v2), context =>
    {
        VirtualStream ended = context.Driver.Streams.Get(stream);
        if (ended.Capture is { } capture)
        {
            capture.Invalidate();
            if (capture.Origin == ended)
                capture.End();
        }
        context.Driver.Streams.Remove(stream);
        ended.Context.RemoveStream(ended);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamSynchronize))]
    public static CUresult cuStreamSynchronize(nint stream) => Boundary.OnContext(nameof(cuStreamSynchronize), context =>
    {
        VirtualStream waited = Stream(context, stream);
        RefuseWait(waited, nameof(cuStreamSynchronize));
        waited.Drain();
        context.ThrowIfFaulted();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamQuery))]
    public static CUresult cuStreamQuery(nint stream) => Boundary.OnContext(nameof(cuStreamQuery), context =>
    {
        VirtualStream asked = Stream(context, stream);
        RefuseWait(asked, nameof(cuStreamQuery));
        AnswerQuery(context, asked.Tail);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamWaitEvent))]
    public static CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags) =>
        Boundary.OnContext(nameof(cuStreamWaitEvent), context =>
        {
            Require(flags <= 1, $"flags is {flags}; 0 and CU_EVENT_WAIT_EXTERNAL are known.");
            VirtualStream target = Stream(context, stream);
            VirtualEvent mark = context.Driver.Events.Get(waited);
            if (mark.Captured is { } captured)
            {
                JoinCapture(target, captured.Capture, captured.Nodes);
            }
            else if (target.Capture is { } capture)
            {
                capture.Invalidate();
                throw new DriverException(
                    CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "a captured stream waits for an event outside of its capture.");
            }
            else if (mark.Recorded is { IsDone: false } work)
            {
                context.Submit(target, EmptyOperation.Instance, after: work);
            }
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetFlags))]
    public static CUresult cuStreamGetFlags(nint stream, uint* flags) => Boundary.OnContext(nameof(cuStreamGetFlags), context =>
    {
        RequirePointer(flags);
        *flags = Stream(context, stream).Flags;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetPriority))]
    public static CUresult cuStreamGetPriority(nint stream, int* priority) => Boundary.OnContext(nameof(cuStreamGetPriority), context =>
    {
        RequirePointer(priority);
        *priority = Stream(context, stream).Priority;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetId))]
    public static CUresult cuStreamGetId(nint stream, ulong* id) => Boundary.OnContext(nameof(cuStreamGetId), context =>
    {
        RequirePointer(id);
        *id = Stream(context, stream).Id;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCtx))]
    public static CUresult cuStreamGetCtx(nint stream, nint* owner) => Boundary.OnContext(nameof(cuStreamGetCtx), context =>
    {
        RequirePointer(owner);
        *owner = (stream is 0 or LegacyStream or PerThreadStream ? context : context.Driver.Streams.Get(stream).Context).Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchHostFunc))]
    public static CUresult cuLaunchHostFunc(nint stream, delegate* unmanaged<void*, void> function, void* argument) =>
        Boundary.OnContext(nameof(cuLaunchHostFunc), context =>
        {
            RequirePointer(function);
            context.Submit(Stream(context, stream), new HostOperation(function, argument));
        });

    private static CUresult CreateStream(string function, nint* stream, uint flags, int priority) => Boundary.OnContext(function, context =>
    {
        RequirePointer(stream);
        Require(flags <= VirtualStream.NonBlocking, $"flags is {flags}; 0 and CU_STREAM_NON_BLOCKING are known.");
        *stream = context.Driver.Streams.Add(context.AddStream(flags, priority));
    });

    /// <summary>
    /// Not ready the first time that work is left, and done the next: a program that only ever asks must come to an end, and one that
    /// asks once must be able to see both answers.
    /// </summary>
    private static void AnswerQuery(VirtualContext context, WorkItem? work)
    {
        if (work is null or { IsDone: true })
            return;
        work.Complete();
        context.ThrowIfFaulted();
        throw new DriverException(CUDA_ERROR_NOT_READY, "work is left.");
    }

    /// <summary>Refuses to wait for a stream that is captured, or that is ordered with one, or while a capture forbids waiting.</summary>
    private static void RefuseWait(VirtualStream stream, string function)
    {
        if (stream.Capture is { } capture)
        {
            capture.Invalidate();
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{function} on a stream that is being captured.");
        }
        stream.Context.RefuseImplicitOrder(stream);
        stream.Context.RefuseWhileCapturing(function);
    }

    /// <summary>The stream of a handle; 0 and CU_STREAM_LEGACY are the legacy default stream, CU_STREAM_PER_THREAD the thread's.</summary>
    internal static VirtualStream Stream(VirtualContext context, nint handle)
    {
        switch (handle)
        {
            case 0 or LegacyStream:
                return context.Legacy;
            case PerThreadStream:
                return context.PerThread;
            default:
                VirtualStream stream = context.Driver.Streams.Get(handle);
                return stream.Context == context
                    ? stream
                    : throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "the stream belongs to another context than the current one.");
        }
    }
}
