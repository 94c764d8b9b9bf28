using System.Diagnostics;
using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventCreate))]
    public static CUresult cuEventCreate(nint* made, uint flags) => Boundary.OnContext(nameof(cuEventCreate), context =>
    {
        const uint DisableTiming = 2, Interprocess = 4;
        RequirePointer(made);
        Require(flags <= 7, $"flags is {flags}.");
        Require((flags & Interprocess) == 0 || (flags & DisableTiming) != 0, "an event for other processes has no timing.");
        *made = context.Driver.Events.Add(new VirtualEvent(context, flags));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventDestroy_v2))]
    public static CUresult cuEventDestroy_v2(nint ended) =>
        Boundary.OnContext(nameof(cuEventDestroy_v2), context => context.Driver.Events.Remove(ended));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventRecord))]
    public static CUresult cuEventRecord(nint recorded, nint stream) => RecordEvent(nameof(cuEventRecord), recorded, stream, flags: 0);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventRecordWithFlags))]
    public static CUresult cuEventRecordWithFlags(nint recorded, nint stream, uint flags) =>
        RecordEvent(nameof(cuEventRecordWithFlags), recorded, stream, flags);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventSynchronize))]
    public static CUresult cuEventSynchronize(nint waited) => Boundary.OnContext(nameof(cuEventSynchronize), context =>
    {
        VirtualEvent mark = Waitable(context, waited, nameof(cuEventSynchronize));
        mark.Recorded?.Complete();
        context.ThrowIfFaulted();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventQuery))]
    public static CUresult cuEventQuery(nint asked) => Boundary.OnContext(nameof(cuEventQuery), context =>
        AnswerQuery(context, Waitable(context, asked, nameof(cuEventQuery)).Recorded));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventElapsedTime))]
    public static CUresult cuEventElapsedTime(float* milliseconds, nint start, nint end) =>
        ElapsedTime(nameof(cuEventElapsedTime), milliseconds, start, end);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventElapsedTime_v2))]
    public static CUresult cuEventElapsedTime_v2(float* milliseconds, nint start, nint end) =>
        ElapsedTime(nameof(cuEventElapsedTime_v2), milliseconds, start, end);

    private static CUresult RecordEvent(string function, nint recorded, nint stream, uint flags) => Boundary.OnContext(function, context =>
    {
        const uint External = 1;
        Require(flags <= External, $"flags is {flags}; 0 and CU_EVENT_RECORD_EXTERNAL are known.");
        VirtualEvent mark = context.Driver.Events.Get(recorded);
        VirtualStream target = Stream(context, stream);
        if (mark.Context != target.Context)
            throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "event and stream belong to different contexts.");
        if (target.Capture is not { } capture)
        {
            mark.Record(context.Submit(target, EmptyOperation.Instance)!);
            return;
        }
        capture.RequireValid();
        if (flags == External)
            throw new DriverException(
                CUDA_ERROR_NOT_SUPPORTED, "nodes that record an event for the world outside of a graph are not made here.");
        mark.Record(capture, [.. capture.Last(target)]);
    });

    private static CUresult ElapsedTime(string function, float* milliseconds, nint start, nint end) =>
        Boundary.OnContext(function, context =>
        {
            RequirePointer(milliseconds);
            WorkItem first = Timed(context, start), second = Timed(context, end);
            if (!first.IsDone || !second.IsDone)
                throw new DriverException(CUDA_ERROR_NOT_READY, "an event has not happened yet.");
            *milliseconds = (float)Stopwatch.GetElapsedTime(first.Finished, second.Finished).TotalMilliseconds;
        });

    private static WorkItem Timed(VirtualContext context, nint handle)
    {
        VirtualEvent mark = Uncaptured(context, handle);
        return mark is { HasTiming: true, Recorded: { } work }
            ? work
            : throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "an event was not recorded, or made without timing.");
    }

    private static VirtualEvent Waitable(VirtualContext context, nint handle, string function)
    {
        VirtualEvent mark = Uncaptured(context, handle);
        context.RefuseWhileCapturing(function);
        return mark;
    }

    private static VirtualEvent Uncaptured(VirtualContext context, nint handle)
    {
        VirtualEvent mark = context.Driver.Events.Get(handle);
        if (mark.Captured is not { } captured)
            return mark;
        if (!captured.Capture.HasEnded)
            captured.Capture.Invalidate();
        throw new DriverException(
            CUDA_ERROR_CAPTURED_EVENT, "the event was last recorded in a capture: it marks a place in a graph, nothing that happens.");
    }
}
