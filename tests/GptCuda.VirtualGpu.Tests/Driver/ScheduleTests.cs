using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>Order of work within and between streams, at submission and as late as can be.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class ScheduleTests
{
    private const int Eager = (int)Schedule.Eager, Lazy = (int)Schedule.Lazy;

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Stream_WorkAfterWork_RunsInOrder(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint add = session.Kernel(Kernels.Counting, "add"), stream = DriverSession.NewStream(), counter = DriverSession.Allocate(128);

        Cuda.Call("cuMemsetD32Async", counter, 5, 32, stream);
        for (int i = 0; i < 100; i++)
            DriverSession.Launch(add, stream, 32, counter, 2);
        Cuda.Call("cuMemsetD32Async", counter + 64, 1, 16, stream);
        DriverSession.Launch(add, stream, 32, counter, 1);

        Assert.Equal([.. Enumerable.Repeat(206u, 16), .. Enumerable.Repeat(2u, 16)], DriverSession.Download<uint>(counter, 32));
    }

    [Fact]
    public void Lazy_NothingWaits_NothingRuns()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint increment = session.Kernel(Kernels.Counting, "increment"), stream = DriverSession.NewStream();
        nint pinned = Cuda.Get("cuMemAllocHost_v2", 4);
        *(uint*)pinned = 7;

        DriverSession.Launch(increment, stream, 1, pinned);
        Assert.Equal(7u, *(uint*)pinned);

        Cuda.Call("cuStreamSynchronize", stream);
        Assert.Equal(8u, *(uint*)pinned);
    }

    [Fact]
    public void Lazy_WaitingForOneStream_RunsNoOther()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint increment = session.Kernel(Kernels.Counting, "increment"), one = DriverSession.NewStream(), other = DriverSession.NewStream();
        nint pinned = Cuda.Get("cuMemAllocHost_v2", 8);
        new Span<uint>((void*)pinned, 2).Clear();

        DriverSession.Launch(increment, one, 1, pinned);
        DriverSession.Launch(increment, other, 1, pinned + 4);
        Cuda.Call("cuStreamSynchronize", one);

        Assert.Equal([1u, 0], new Span<uint>((void*)pinned, 2).ToArray());
        Cuda.Call("cuCtxSynchronize");
        Assert.Equal([1u, 1], new Span<uint>((void*)pinned, 2).ToArray());
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Event_OfAnotherStream_OrdersTheTwo(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint increment = session.Kernel(Kernels.Counting, "increment"), first = DriverSession.NewStream(), second = DriverSession.NewStream();
        nint counter = DriverSession.Allocate(4), mark = DriverSession.NewEvent();
        uint result = 0;

        Cuda.Call("cuMemsetD32Async", counter, 41, 1, first);
        Cuda.Call("cuEventRecord", mark, first);
        Cuda.Call("cuStreamWaitEvent", second, mark, 0);
        // What the event marked holds, though it is recorded again and destroyed.
        Cuda.Call("cuEventRecord", mark, first);
        Cuda.Call("cuEventDestroy_v2", mark);
        DriverSession.Launch(increment, second, 1, counter);
        Cuda.Call("cuMemcpyDtoHAsync_v2", (nint)(&result), counter, 4, second);

        Assert.Equal(42u, result);
    }

    [Fact]
    public void Lazy_StreamsWithoutAnEvent_AreNotOrdered()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint first = DriverSession.NewStream(), second = DriverSession.NewStream();
        nint counter = DriverSession.Upload(1u);
        uint result = 0;

        Cuda.Call("cuMemsetD32Async", counter, 41, 1, first);
        Cuda.Call("cuMemcpyDtoHAsync_v2", (nint)(&result), counter, 4, second);

        Assert.Equal(1u, result);
    }

    [Theory]
    [InlineData(0u, 9u)]
    [InlineData(VirtualStream.NonBlocking, 1u)]
    public void LegacyStream_OrdersBlockingStreamsAlone(uint flags, uint expected)
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(flags), counter = DriverSession.Upload(1u), pinned = Cuda.Get("cuMemAllocHost_v2", 4);

        Cuda.Call("cuMemsetD32Async", counter, 9, 1, stream);
        Cuda.Call("cuMemcpyDtoHAsync_v2", pinned, counter, 4, 0);
        Cuda.Call("cuStreamSynchronize", 0);

        Assert.Equal(expected, *(uint*)pinned);
    }

    [Fact]
    public void LegacyStream_WorkOfABlockingStream_ComesAfterIt()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(flags: 0), counter = DriverSession.Upload(1u);
        uint result = 0;

        Cuda.Call("cuMemsetD32Async", counter, 5, 1, 0);
        Cuda.Call("cuMemcpyDtoHAsync_v2", (nint)(&result), counter, 4, stream);

        Assert.Equal(5u, result);
    }

    [Fact]
    public void PerThreadStream_IsTheThreadsOwn()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint context = session.Context, mine = Cuda.GetLast("cuStreamGetId", 2), others = 0;
        Thread thread = new(() =>
        {
            Cuda.Call("cuCtxSetCurrent", context);
            others = Cuda.GetLast("cuStreamGetId", 2);
        });
        thread.Start();
        thread.Join();

        Assert.NotEqual(mine, others);
        Assert.Equal(mine, Cuda.GetLast("cuStreamGetId", 2));
        Assert.NotEqual(mine, Cuda.GetLast("cuStreamGetId", 0));
        Assert.Equal(Cuda.GetLast("cuStreamGetId", 1), Cuda.GetLast("cuStreamGetId", 0));
    }

    [Fact]
    public void Query_PendingWork_IsNotReadyOnceAndThenDone()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(), counter = DriverSession.Allocate(4), mark = DriverSession.NewEvent();
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuStreamQuery", stream));
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuEventQuery", mark));

        Cuda.Call("cuMemsetD32Async", counter, 1, 1, stream);
        Cuda.Call("cuEventRecord", mark, stream);
        Assert.Equal(CUDA_ERROR_NOT_READY, Cuda.Try("cuEventElapsedTime", session.Native(4), mark, mark));
        Assert.Equal(CUDA_ERROR_NOT_READY, Cuda.Try("cuEventQuery", mark));
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuEventQuery", mark));
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuStreamQuery", stream));
        Cuda.Call("cuEventElapsedTime", session.Native(4), mark, mark);
    }

    [Fact]
    public void Lazy_LongChain_NeedsNoDeepStack()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(), counter = DriverSession.Allocate(4);
        for (int i = 0; i < 100_000; i++)
            Cuda.Call("cuMemsetD32Async", counter, i, 1, stream);

        Assert.Equal([99_999u], DriverSession.Download<uint>(counter, 1));
    }
}
