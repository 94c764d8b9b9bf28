using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>What destroying, freeing, calling back and calling from many threads do while work waits in a stream.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class PendingWorkTests
{
    private const int Eager = (int)Schedule.Eager, Lazy = (int)Schedule.Lazy;
    private static int _calls;
    private static CUresult _answer;

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

    [UnmanagedCallersOnly]
    private static void Count(void* number)
    {
        _calls = 10 * _calls + (int)(nint)number;
        _answer = Cuda.Try("cuCtxSynchronize");
    }
}
