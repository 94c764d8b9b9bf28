using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>Host memory that is changed while a copy of it waits in a stream.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class HostMemoryScheduleTests
{
    private const int Eager = (int)Schedule.Eager, Lazy = (int)Schedule.Lazy;

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
}
