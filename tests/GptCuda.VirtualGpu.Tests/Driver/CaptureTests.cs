using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class CaptureTests
{
    private const int Global = (int)CaptureMode.Global, ThreadLocal = (int)CaptureMode.ThreadLocal, Relaxed = (int)CaptureMode.Relaxed;

    /// <summary>Calls that no capture in the same thread bears unless it is relaxed.</summary>
    public static TheoryData<string> UnsafeCalls =>
        ["cuMemAlloc_v2", "cuMemAllocHost_v2", "cuMemFree_v2", "cuModuleLoadData", "cuEventQuery", "cuEventSynchronize", "cuStreamSynchronize", "cuStreamQuery"];

    [Theory]
    [MemberData(nameof(UnsafeCalls))]
    public void UnsafeCall_WhileCapturing_IsRefusedAndInvalidates(string function)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream(), memory = DriverSession.Allocate(16);
        nint[] arguments = Unsafe(session, function);
        Cuda.Call("cuStreamBeginCapture_v2", stream, Global);

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, Cuda.Try(function, arguments));

        Assert.Equal(2, Cuda.GetLast("cuStreamIsCapturing", stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuMemsetD8Async", memory, 0, 0, stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", stream, session.Native(8)));
        Assert.Equal(0, Cuda.GetLast("cuStreamIsCapturing", stream));
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuStreamSynchronize", stream));
    }

    [Theory]
    [MemberData(nameof(UnsafeCalls))]
    public void UnsafeCall_WhileARelaxedCapture_IsAllowed(string function)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream();
        nint[] arguments = Unsafe(session, function);
        Cuda.Call("cuStreamBeginCapture_v2", stream, Relaxed);

        Assert.Equal(CUDA_SUCCESS, Cuda.Try(function, arguments));
        Cuda.Call("cuStreamEndCapture", stream, session.Native(8));
    }

    [Theory]
    [InlineData(Global, (int)CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED)]
    [InlineData(ThreadLocal, (int)CUDA_SUCCESS)]
    [InlineData(Relaxed, (int)CUDA_SUCCESS)]
    public void UnsafeCall_OfAnotherThread_DependsOnTheMode(int mode, int expected)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream(), context = session.Context, result = session.Native(8);
        Cuda.Call("cuStreamBeginCapture_v2", stream, mode);
        CUresult answer = CUDA_ERROR_UNKNOWN;
        Thread other = new(() =>
        {
            Cuda.Call("cuCtxSetCurrent", context);
            answer = Cuda.Try("cuMemAlloc_v2", result, 64);
        });
        other.Start();
        other.Join();

        Assert.Equal((CUresult)expected, answer);
    }

    [Fact]
    public void ThreadMode_Relaxed_AllowsUnsafeCallsOfTheThread()
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream();
        CaptureMode mode = CaptureMode.Relaxed;
        Cuda.Call("cuThreadExchangeStreamCaptureMode", (nint)(&mode));
        Assert.Equal(CaptureMode.Global, mode);
        Cuda.Call("cuStreamBeginCapture_v2", stream, Global);

        DriverSession.Allocate(64);

        Cuda.Call("cuThreadExchangeStreamCaptureMode", (nint)(&mode));
        Assert.Equal(CaptureMode.Relaxed, mode);
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, Cuda.Try("cuMemAlloc_v2", session.Native(8), 64));
    }

    [Theory]
    [InlineData(Global)]
    [InlineData(Relaxed)]
    public void Wait_ForTheWholeContext_IsRefusedInEveryMode(int mode)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream();
        Cuda.Call("cuStreamBeginCapture_v2", stream, mode);

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, Cuda.Try("cuCtxSynchronize"));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", stream, session.Native(8)));
    }

    [Theory]
    [InlineData("cuStreamSynchronize")]
    [InlineData("cuStreamQuery")]
    public void Wait_ForTheCapturedStream_IsRefusedAndInvalidates(string function)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream();
        Cuda.Call("cuStreamBeginCapture_v2", stream, Relaxed);

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, Cuda.Try(function, stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", stream, session.Native(8)));
    }

    [Theory]
    [InlineData(0u, (int)CUDA_ERROR_STREAM_CAPTURE_IMPLICIT)]
    [InlineData(VirtualStream.NonBlocking, (int)CUDA_SUCCESS)]
    public void LegacyStream_WhileABlockingStreamIsCaptured_CannotBeUsed(uint flags, int expected)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream(flags), memory = DriverSession.Allocate(4);
        Cuda.Call("cuStreamBeginCapture_v2", stream, Relaxed);

        Assert.Equal((CUresult)expected, Cuda.Try("cuMemsetD32Async", memory, 1, 1, 0));
        CUresult end = Cuda.Try("cuStreamEndCapture", stream, session.Native(8));

        Assert.Equal(expected == 0 ? CUDA_SUCCESS : CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, end);
    }

    [Fact]
    public void Capture_ForkAndJoin_RecordsBothStreams()
    {
        using DriverSession session = new();
        (nint origin, nint other, nint mark, nint memory) = Fork(session);
        Cuda.Call("cuMemsetD32Async", memory + 4, 2, 1, other);
        Cuda.Call("cuEventRecord", mark, other);
        Cuda.Call("cuStreamWaitEvent", origin, mark, 0);
        Cuda.Call("cuMemsetD32Async", memory + 8, 3, 1, origin);
        Assert.Equal(1, Cuda.GetLast("cuStreamIsCapturing", other));

        nint graph = Cuda.GetLast("cuStreamEndCapture", origin);

        Assert.Equal(0, Cuda.GetLast("cuStreamIsCapturing", other));
        Assert.Equal(3, Cuda.GetLast("cuGraphGetNodes", graph, 0));
        // first to second, first to third, second to third
        Assert.Equal(3, Cuda.GetLast("cuGraphGetEdges", graph, 0, 0));
        Assert.Equal(1, Cuda.GetLast("cuGraphGetRootNodes", graph, 0));
    }

    [Fact]
    public void EndCapture_ForkThatIsNotJoined_Fails()
    {
        using DriverSession session = new();
        (nint origin, nint other, _, nint memory) = Fork(session);
        Cuda.Call("cuMemsetD32Async", memory, 2, 1, other);
        nint graph = 1;

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, Cuda.Try("cuStreamEndCapture", origin, (nint)(&graph)));
        Assert.Equal(0, graph);
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuStreamSynchronize", other));
    }

    [Fact]
    public void EndCapture_OnAForkedStream_IsUnmatched()
    {
        using DriverSession session = new();
        (nint origin, nint other, _, _) = Fork(session);

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, Cuda.Try("cuStreamEndCapture", other, session.Native(8)));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", origin, session.Native(8)));
    }

    [Theory]
    [InlineData(Global, (int)CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD)]
    [InlineData(Relaxed, (int)CUDA_SUCCESS)]
    public void EndCapture_OnAnotherThread_DependsOnTheMode(int mode, int expected)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream(), context = session.Context, graph = session.Native(8);
        Cuda.Call("cuStreamBeginCapture_v2", stream, mode);
        CUresult answer = CUDA_ERROR_UNKNOWN;
        Thread other = new(() =>
        {
            Cuda.Call("cuCtxSetCurrent", context);
            answer = Cuda.Try("cuStreamEndCapture", stream, graph);
        });
        other.Start();
        other.Join();

        Assert.Equal((CUresult)expected, answer);
    }

    [Fact]
    public void WaitEvent_OfAnotherCapture_MergesAndInvalidatesBoth()
    {
        using DriverSession session = new();
        (nint origin, _, nint mark, _) = Fork(session);
        nint second = DriverSession.NewStream();
        Cuda.Call("cuStreamBeginCapture_v2", second, Global);

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_MERGE, Cuda.Try("cuStreamWaitEvent", second, mark, 0));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", second, session.Native(8)));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", origin, session.Native(8)));
    }

    [Fact]
    public void WaitEvent_FromOutsideOfTheCapture_IsIsolation()
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream(), mark = DriverSession.NewEvent();
        Cuda.Call("cuEventRecord", mark, 0);
        Cuda.Call("cuStreamBeginCapture_v2", stream, Global);

        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, Cuda.Try("cuStreamWaitEvent", stream, mark, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CapturedEvent_CannotBeWaitedForOrAsked(bool afterTheEnd)
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream(), mark = DriverSession.NewEvent();
        Cuda.Call("cuStreamBeginCapture_v2", stream, Relaxed);
        Cuda.Call("cuEventRecord", mark, stream);
        if (afterTheEnd)
        {
            Cuda.Call("cuStreamEndCapture", stream, session.Native(8));
            Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, Cuda.Try("cuStreamWaitEvent", stream, mark, 0));
        }

        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, Cuda.Try("cuEventQuery", mark));
        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, Cuda.Try("cuEventSynchronize", mark));
        if (!afterTheEnd)
            Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", stream, session.Native(8)));
        Cuda.Call("cuEventRecord", mark, stream);
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuEventSynchronize", mark));
    }

    [Fact]
    public void BeginCapture_Twice_IsAnIllegalState()
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream();
        Cuda.Call("cuStreamBeginCapture_v2", stream, Global);

        Assert.Equal(CUDA_ERROR_ILLEGAL_STATE, Cuda.Try("cuStreamBeginCapture_v2", stream, Global));
    }

    [Fact]
    public void CaptureInfo_ActiveAndNot_GivesStatusAndId()
    {
        using DriverSession session = new();
        nint stream = DriverSession.NewStream();
        int status = 9;
        ulong id = 9;
        Cuda.Call("cuStreamGetCaptureInfo_v2", stream, (nint)(&status), (nint)(&id), 0, 0, 0);
        Assert.Equal((0, 0ul), (status, id));
        Cuda.Call("cuStreamBeginCapture_v2", stream, Global);
        Cuda.Call("cuStreamGetCaptureInfo_v2", stream, (nint)(&status), (nint)(&id), 0, 0, 0);

        Assert.Equal(1, status);
        Assert.NotEqual(0ul, id);
        Assert.Equal(CUDA_ERROR_NOT_SUPPORTED, Cuda.Try("cuStreamGetCaptureInfo_v2", stream, (nint)(&status), 0, session.Native(8), 0, 0));
    }

    [Fact]
    public void Destroy_TheCapturedStream_EndsTheCapture()
    {
        using DriverSession session = new();
        (nint origin, nint other, _, _) = Fork(session);

        Cuda.Call("cuStreamDestroy_v2", origin);

        Assert.Equal(0, Cuda.GetLast("cuStreamIsCapturing", other));
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuCtxSynchronize"));
    }

    private static (nint Origin, nint Other, nint Mark, nint Memory) Fork(DriverSession session)
    {
        Assert.NotEqual(0, session.Context);
        nint origin = DriverSession.NewStream(), other = DriverSession.NewStream(), mark = DriverSession.NewEvent(),
            memory = DriverSession.Allocate(16);
        Cuda.Call("cuStreamBeginCapture_v2", origin, Global);
        Cuda.Call("cuMemsetD32Async", memory, 1, 1, origin);
        Cuda.Call("cuEventRecord", mark, origin);
        Cuda.Call("cuStreamWaitEvent", other, mark, 0);
        return (origin, other, mark, memory);
    }

    private static nint[] Unsafe(DriverSession session, string function) => function switch
    {
        "cuMemAlloc_v2" or "cuMemAllocHost_v2" => [session.Native(8), 64],
        "cuMemFree_v2" => [DriverSession.Allocate(64)],
        "cuModuleLoadData" => [session.Native(8), session.Text(Kernels.Empty)],
        "cuEventQuery" or "cuEventSynchronize" => [DriverSession.NewEvent()],
        _ => [DriverSession.NewStream()],
    };
}
