using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <content>Streams, events, and graphs made of them.</content>
internal static partial class MisuseCases
{
    private static IEnumerable<MisuseCase> Streams()
    {
        yield return new("cuStreamCreate", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 2]);
        yield return new("cuStreamCreateWithPriority", "null", CUDA_ERROR_INVALID_VALUE, _ => [0, 0, 0]);
        foreach (string name in new[] { "cuStreamDestroy_v2", "cuStreamSynchronize", "cuStreamQuery" })
        {
            yield return new(name, "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing]);
            yield return new(name, "destroyed", CUDA_ERROR_INVALID_HANDLE, _ => [DestroyedStream()]);
            yield return new(name, "an event", CUDA_ERROR_INVALID_HANDLE, _ => [DriverSession.NewEvent()]);
        }
        yield return new("cuStreamDestroy_v2", "the default stream", CUDA_ERROR_INVALID_HANDLE, _ => [0]);
        foreach (string name in new[] { "cuStreamGetFlags", "cuStreamGetPriority", "cuStreamGetId", "cuStreamGetCtx" })
        {
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 0]);
            yield return new(name, "no stream", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, s.Native(8)]);
        }
        yield return new("cuStreamWaitEvent", "no event", CUDA_ERROR_INVALID_HANDLE, _ => [0, Nothing, 0]);
        yield return new("cuStreamWaitEvent", "flags", CUDA_ERROR_INVALID_VALUE, _ => [0, DriverSession.NewEvent(), 4]);
        yield return new("cuLaunchHostFunc", "null", CUDA_ERROR_INVALID_VALUE, _ => [0, 0, 0]);
        yield return new("cuStreamSynchronize", "another context's", CUDA_ERROR_INVALID_HANDLE, _ => [StreamOfAnotherContext()]);
    }

    private static IEnumerable<MisuseCase> Events()
    {
        yield return new("cuEventCreate", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 8]);
        yield return new("cuEventCreate", "interprocess with timing", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 4]);
        foreach (string name in new[] { "cuEventDestroy_v2", "cuEventSynchronize", "cuEventQuery" })
            yield return new(name, "no event", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing]);
        yield return new("cuEventDestroy_v2", "twice", CUDA_ERROR_INVALID_HANDLE, _ => [DestroyedEvent()]);
        yield return new("cuEventRecord", "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [DriverSession.NewEvent(), Nothing]);
        yield return new("cuEventRecord", "destroyed", CUDA_ERROR_INVALID_HANDLE, _ => [DestroyedEvent(), 0]);
        yield return new("cuEventRecordWithFlags", "flags", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewEvent(), 0, 2]);
        foreach (string name in new[] { "cuEventElapsedTime", "cuEventElapsedTime_v2" })
        {
            yield return new(name, "never recorded", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(4), DriverSession.NewEvent(), RecordedEvent(0)]);
            yield return new(name, "without timing", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(4), RecordedEvent(0), RecordedEvent(2)]);
            yield return new(name, "null", CUDA_ERROR_INVALID_VALUE, _ => [0, RecordedEvent(0), RecordedEvent(0)]);
        }
    }

    private static IEnumerable<MisuseCase> Capture()
    {
        yield return new("cuStreamBeginCapture_v2", "the legacy stream", CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, _ => [0, 0]);
        yield return new("cuStreamBeginCapture_v2", "mode", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 3]);
        yield return new("cuStreamEndCapture", "not begun", CUDA_ERROR_ILLEGAL_STATE, s => [DriverSession.NewStream(), s.Native(8)]);
        yield return new("cuStreamEndCapture", "null", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 0]);
        yield return new("cuStreamIsCapturing", "null", CUDA_ERROR_INVALID_VALUE, _ => [DriverSession.NewStream(), 0]);
        yield return new("cuStreamGetCaptureInfo_v2", "null", CUDA_ERROR_INVALID_VALUE, s => [DriverSession.NewStream(), 0, s.Native(8), 0, 0, 0]);
        yield return new("cuThreadExchangeStreamCaptureMode", "mode", CUDA_ERROR_INVALID_VALUE, s => [s.Text("\u0007")]);
    }

    private static IEnumerable<MisuseCase> Graphs()
    {
        yield return new("cuGraphCreate", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 1]);
        foreach (string name in new[] { "cuGraphDestroy", "cuGraphExecDestroy" })
            yield return new(name, "no graph", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing]);
        foreach (string name in new[] { "cuGraphGetNodes", "cuGraphGetRootNodes", "cuGraphNodeGetDependencies" })
            yield return new(name, "no graph or node", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, 0, s.Native(8)]);
        yield return new("cuGraphGetEdges", "one array", CUDA_ERROR_INVALID_VALUE, s => [Cuda.Get("cuGraphCreate", 0), s.Native(8), 0, s.Native(8)]);
        yield return new("cuGraphNodeGetType", "no node", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, s.Native(4)]);
        yield return new("cuGraphKernelNodeGetParams_v2", "no node", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, s.Native(72)]);
        yield return new("cuGraphInstantiateWithFlags", "no graph", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Nothing, 0]);
        yield return new("cuGraphInstantiateWithFlags", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), Cuda.Get("cuGraphCreate", 0), 64]);
        yield return new("cuGraphInstantiateWithFlags", "device launch", CUDA_ERROR_NOT_SUPPORTED, s => [s.Native(8), Cuda.Get("cuGraphCreate", 0), 4]);
        yield return new("cuGraphInstantiate_v2", "no graph", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Nothing, 0, 0, 0]);
        yield return new("cuGraphInstantiateWithParams", "null", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), Cuda.Get("cuGraphCreate", 0), 0]);
        yield return new("cuGraphExecUpdate", "no instance", CUDA_ERROR_INVALID_HANDLE, s => [Nothing, Cuda.Get("cuGraphCreate", 0), 0, s.Native(4)]);
        yield return new("cuGraphExecUpdate_v2", "no graph", CUDA_ERROR_INVALID_HANDLE, s => [Instance(), Nothing, s.Native(24)]);
        yield return new("cuGraphUpload", "no instance", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing, 0]);
        yield return new("cuGraphLaunch", "no instance", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing, 0]);
        yield return new("cuGraphLaunch", "no stream", CUDA_ERROR_INVALID_HANDLE, _ => [Instance(), Nothing]);
    }
}
