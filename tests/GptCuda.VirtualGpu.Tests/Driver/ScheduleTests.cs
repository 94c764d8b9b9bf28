using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>Order of work within and between streams, at submission and as late as can be.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class ScheduleTests
{
    private const int Eager = (int)Schedule.Eager, Lazy = (int)Schedule.Lazy;
    private static int _calls;
    private static CUresult _answer;

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

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Pageable_ChangedAfterTheCall_ArrivesAsItWas(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint stream = DriverSession.NewStream(), device = DriverSession.Allocate(12), host = session.Native(12);
        new Span<byte>((void*)host, 12).Fill(3);

        Cuda.Call("cuMemcpyHtoDAsync_v2", device, host, 12, stream);
        new Span<byte>((void*)host, 12).Fill(99);

        Assert.Equal(Enumerable.Repeat((byte)3, 12), DriverSession.Download<byte>(device, 12));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void Pinned_ChangedBeforeTheStreamGetsThere_IsAFault(int changed)
    {
        using DriverSession session = new(Schedule.Lazy);
        using StandardError errors = new();
        nint stream = DriverSession.NewStream(), device = DriverSession.Allocate(13), host = Cuda.Get("cuMemAllocHost_v2", 13);
        new Span<byte>((void*)host, 13).Fill(3);

        Cuda.Call("cuMemcpyHtoDAsync_v2", device, host, 13, stream);
        ((byte*)host)[changed]++;

        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuStreamSynchronize", stream));
        Assert.Contains("pinned source", errors.Text);
    }

    [Fact]
    public void Pinned_ChangedAfterAnEventBehindTheCopy_IsRight()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(), mark = DriverSession.NewEvent(), device = DriverSession.Allocate(8), host = Cuda.Get("cuMemAllocHost_v2", 8);
        *(ulong*)host = 3;

        Cuda.Call("cuMemcpyHtoDAsync_v2", device, host, 8, stream);
        Cuda.Call("cuEventRecord", mark, stream);
        Cuda.Call("cuEventSynchronize", mark);
        *(ulong*)host = 4;

        Assert.Equal([3ul], DriverSession.Download<ulong>(device, 1));
    }

    [Fact]
    public void Pinned_ChangedByWorkBeforeTheCopy_IsRight()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(), device = DriverSession.Allocate(4), host = Cuda.Get("cuMemAllocHost_v2", 4);
        *(uint*)host = 3;

        DriverSession.Launch(session.Kernel(Kernels.Counting, "increment"), stream, 1, host);
        Cuda.Call("cuMemcpyHtoDAsync_v2", device, host, 4, stream);

        Assert.Equal([4u], DriverSession.Download<uint>(device, 1));
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Destroy_StreamWithPendingWork_StillRuns(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint stream = DriverSession.NewStream(), counter = DriverSession.Allocate(4);

        Cuda.Call("cuMemsetD32Async", counter, 6, 1, stream);
        Cuda.Call("cuStreamDestroy_v2", stream);

        Assert.Equal([6u], DriverSession.Download<uint>(counter, 1));
    }

    [Fact]
    public void Destroy_StreamWithPendingWork_IsNoWait()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint stream = DriverSession.NewStream(), pinned = Cuda.Get("cuMemAllocHost_v2", 4);
        *(uint*)pinned = 1;

        Cuda.Call("cuMemsetD32Async", pinned, 6, 1, stream);
        Cuda.Call("cuStreamDestroy_v2", stream);
        Assert.Equal(1u, *(uint*)pinned);
        Cuda.Call("cuCtxSynchronize");

        Assert.Equal(6u, *(uint*)pinned);
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Free_MemoryOfPendingWork_WaitsForIt(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint increment = session.Kernel(Kernels.Counting, "increment"), stream = DriverSession.NewStream(), counter = DriverSession.Upload(1u);

        DriverSession.Launch(increment, stream, 1, counter);
        Cuda.Call("cuMemFree_v2", counter);

        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuCtxSynchronize"));
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void HostFunction_InAStream_IsCalledInItsTurnAndMustNotCallCuda(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint stream = DriverSession.NewStream();
        (_calls, _answer) = (0, CUDA_SUCCESS);

        Cuda.Call("cuLaunchHostFunc", stream, (nint)(delegate* unmanaged<void*, void>)&Count, 5);
        Cuda.Call("cuLaunchHostFunc", stream, (nint)(delegate* unmanaged<void*, void>)&Count, 6);
        Assert.Equal(schedule == Eager ? 56 : 0, _calls);
        Cuda.Call("cuStreamSynchronize", stream);

        Assert.Equal(56, _calls);
        Assert.Equal(CUDA_ERROR_NOT_PERMITTED, _answer);
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Calls_OfManyThreads_TakeTurns(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        nint context = session.Context, increment = session.Kernel(Kernels.Counting, "increment");
        const int Threads = 4, Launches = 25;
        uint[] counts = new uint[Threads];

        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            Cuda.Call("cuCtxSetCurrent", context);
            nint stream = DriverSession.NewStream(), counter = DriverSession.Upload(0u);
            for (int i = 0; i < Launches; i++)
                DriverSession.Launch(increment, stream, 1, counter);
            Cuda.Call("cuStreamSynchronize", stream);
            counts[number] = DriverSession.Download<uint>(counter, 1)[0];
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.All(counts, count => Assert.Equal((uint)Launches, count));
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

    [UnmanagedCallersOnly]
    private static void Count(void* number)
    {
        _calls = 10 * _calls + (int)(nint)number;
        _answer = Cuda.Try("cuCtxSynchronize");
    }
}
