using System.Diagnostics;
using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreate))]
    public static CUresult cuStreamCreate(nint* stream, uint flags) => CreateStream(nameof(cuStreamCreate), stream, flags, 0);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreateWithPriority))]
    public static CUresult cuStreamCreateWithPriority(nint* stream, uint flags, int priority) =>
        CreateStream(nameof(cuStreamCreateWithPriority), stream, flags, Math.Clamp(priority, -5, 0));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamDestroy_v2))]
    public static CUresult cuStreamDestroy_v2(nint stream) => Boundary.OnContext(nameof(cuStreamDestroy_v2), context =>
    {
        VirtualStream ended = context.Driver.Streams.Get(stream);
        if (ended.Capture is { } capture)
            capture.IsInvalidated = true;
        // Work in line still runs.
        VirtualContext.Drain(ended);
        context.Driver.Streams.Remove(stream);
        ended.Context.RemoveStream(ended);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamSynchronize))]
    public static CUresult cuStreamSynchronize(nint stream) => Boundary.OnContext(nameof(cuStreamSynchronize), context =>
    {
        VirtualStream waited = Stream(context, stream);
        RefuseOnCaptured(waited, nameof(cuStreamSynchronize));
        VirtualContext.Drain(waited);
        if (waited == context.Legacy)
            context.Drain();
        Boundary.ThrowIfFaulted(context);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamQuery))]
    public static CUresult cuStreamQuery(nint stream) => Boundary.OnContext(nameof(cuStreamQuery), context =>
    {
        VirtualStream asked = Stream(context, stream);
        RefuseOnCaptured(asked, nameof(cuStreamQuery));
        AnswerQuery(context, asked.Tail);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamWaitEvent))]
    public static CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags) => Boundary.OnContext(nameof(cuStreamWaitEvent), context =>
    {
        Require(flags <= 1, $"flags is {flags}.");
        VirtualStream target = Stream(context, stream);
        VirtualEvent mark = context.Driver.Events.Get(waited);
        if (mark.Captured is { } captured)
        {
            if (target.Capture is { } other && other != captured.Capture)
            {
                (other.IsInvalidated, captured.Capture.IsInvalidated) = (true, true);
                throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_MERGE, "the event belongs to another capture.");
            }
            captured.Capture.Join(target, captured.Nodes);
        }
        else if (target.Capture is { } capture)
        {
            capture.IsInvalidated = true;
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "a captured stream waits for work outside of its capture.");
        }
        else if (mark.Recorded is { IsDone: false } work)
        {
            target.Tail = new WorkItem(context, EmptyOperation.Instance, [target.Tail, work]);
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchHostFunc))]
    public static CUresult cuLaunchHostFunc(nint stream, delegate* unmanaged<void*, void> function, void* argument) =>
        Boundary.OnContext(nameof(cuLaunchHostFunc), context =>
        {
            RequirePointer(function);
            context.Submit(Stream(context, stream), new HostOperation(function, argument));
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventCreate))]
    public static CUresult cuEventCreate(nint* made, uint flags) => Boundary.OnContext(nameof(cuEventCreate), context =>
    {
        RequirePointer(made);
        Require(flags <= 7, $"flags is {flags}.");
        *made = context.Driver.Events.Add(new VirtualEvent(context, flags));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventDestroy_v2))]
    public static CUresult cuEventDestroy_v2(nint ended) =>
        Boundary.OnContext(nameof(cuEventDestroy_v2), context => context.Driver.Events.Remove(ended));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventRecord))]
    public static CUresult cuEventRecord(nint recorded, nint stream) => Boundary.OnContext(nameof(cuEventRecord), context =>
    {
        VirtualEvent mark = context.Driver.Events.Get(recorded);
        VirtualStream target = Stream(context, stream);
        if (mark.Context != target.Context)
            throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "event and stream belong to different contexts.");
        if (target.Capture is { } capture)
        {
            (mark.Captured, mark.Recorded) = ((capture, [.. capture.Last(target)]), null);
            return;
        }
        (mark.Captured, mark.Recorded) = (null, context.Submit(target, EmptyOperation.Instance));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventSynchronize))]
    public static CUresult cuEventSynchronize(nint waited) => Boundary.OnContext(nameof(cuEventSynchronize), context =>
    {
        VirtualEvent mark = Uncaptured(context, waited);
        mark.Recorded?.Complete();
        Boundary.ThrowIfFaulted(context);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventQuery))]
    public static CUresult cuEventQuery(nint asked) =>
        Boundary.OnContext(nameof(cuEventQuery), context => AnswerQuery(context, Uncaptured(context, asked).Recorded));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventElapsedTime))]
    public static CUresult cuEventElapsedTime(float* milliseconds, nint start, nint end) =>
        Boundary.OnContext(nameof(cuEventElapsedTime), context =>
        {
            RequirePointer(milliseconds);
            VirtualEvent first = Uncaptured(context, start), second = Uncaptured(context, end);
            if (!first.HasTiming || !second.HasTiming || first.Recorded is null || second.Recorded is null)
                throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "an event was not recorded, or made without timing.");
            if (!first.Recorded.IsDone || !second.Recorded.IsDone)
                throw new DriverException(CUDA_ERROR_NOT_READY, "an event has not happened yet.");
            *milliseconds = (float)Stopwatch.GetElapsedTime(first.Recorded.Finished, second.Recorded.Finished).TotalMilliseconds;
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
        Boundary.ThrowIfFaulted(context);
        throw new DriverException(CUDA_ERROR_NOT_READY, "work is left.");
    }

    private static CUresult CreateStream(string function, nint* stream, uint flags, int priority) => Boundary.OnContext(function, context =>
    {
        RequirePointer(stream);
        Require(flags <= 1, $"flags is {flags}; 0 and CU_STREAM_NON_BLOCKING are known.");
        *stream = context.Driver.Streams.Add(context.AddStream(StreamKind.Created, flags, priority));
    });

    private static VirtualEvent Uncaptured(VirtualContext context, nint handle)
    {
        VirtualEvent mark = context.Driver.Events.Get(handle);
        return mark.Captured is { } captured && captured.Capture.Origin.Context.Captures.Contains(captured.Capture)
            ? throw new DriverException(CUDA_ERROR_CAPTURED_EVENT, "the event was last recorded in a capture.")
            : mark;
    }

    private static void RefuseOnCaptured(VirtualStream stream, string function)
    {
        if (stream.Capture is { } capture)
        {
            capture.IsInvalidated = true;
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{function} on a stream that is being captured.");
        }
        stream.Context.RefuseWhileCapturing(function);
    }

    /// <summary>The stream of a handle; 0 and CU_STREAM_LEGACY are the legacy default stream, CU_STREAM_PER_THREAD the thread's.</summary>
    private static VirtualStream Stream(VirtualContext context, nint handle)
    {
        if (handle is 0 or 1)
            return context.Legacy;
        if (handle != 2)
        {
            VirtualStream stream = context.Driver.Streams.Get(handle);
            return stream.Context == context
                ? stream
                : throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "the stream belongs to another context.");
        }
        int thread = Environment.CurrentManagedThreadId;
        return context.PerThread.TryGetValue(thread, out VirtualStream? known)
            ? known
            : context.PerThread[thread] = context.AddStream(StreamKind.PerThread, 0, 0);
    }
}
