using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Devices;

[Collection(FakeDriver.Collection)]
public sealed class CudaContextTests
{
    [Fact]
    public void AsynchronousFault_AtTheWait_NamesTheLaunchesSinceTheLastOne()
    {
        using CudaContext context = FakeDriver.NewContext();
        using var stream = new CudaStream(context);
        Kernel first = FakeKernel.Load(context, "first"), second = FakeKernel.Load(context, "second"),
            third = FakeKernel.Load(context, "third");
        FakeKernel.Launch(first, stream, new LaunchShape(1, 32));
        stream.Synchronize();
        FakeKernel.Launch(second, stream, new LaunchShape(new Dim3(3, 2), 64));
        FakeKernel.Launch(third, stream, new LaunchShape(5, 96));
        FakeDriver.Fail("cuStreamSynchronize", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);

        var exception = Assert.Throws<CudaException>(stream.Synchronize);

        Assert.True(exception.ContextLost);
        Assert.Equal("cuStreamSynchronize", exception.Function);
        Assert.Equal(700, exception.Code);
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)", exception.Message);
        Assert.Contains("waiting for stream main", exception.Message);
        Assert.DoesNotContain("first", exception.Message);
        Assert.Contains("second<<<(3, 2, 1), (64, 1, 1)>>>; third<<<(5, 1, 1), (96, 1, 1)>>>", exception.Message);
    }

    [Fact]
    public void LostContext_LaterCalls_ReferToTheFirstAndDoNotReachTheDriver()
    {
        using CudaContext context = FakeDriver.NewContext();
        using var stream = new CudaStream(context);
        FakeDriver.Fail("cuStreamSynchronize", CUresult.CUDA_ERROR_LAUNCH_FAILED);
        var first = Assert.Throws<CudaException>(stream.Synchronize);
        int calls = FakeDriver.Calls.Count;

        var later = Assert.Throws<CudaException>(() => new DeviceBuffer<float>(context, 4));

        Assert.Same(first, later.InnerException);
        Assert.True(later.ContextLost);
        Assert.Same(first, context.Fault);
        Assert.Equal(calls, FakeDriver.Calls.Count);
    }

    [Fact]
    public void LostContext_Dispose_IsSilent()
    {
        CudaContext context = FakeDriver.NewContext();
        var stream = new CudaStream(context);
        var buffer = new DeviceBuffer<float>(context, 4);
        FakeDriver.Fail("cuStreamSynchronize", CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION);
        Assert.Throws<CudaException>(stream.Synchronize);

        buffer.Dispose();
        stream.Dispose();
        context.Dispose();

        Assert.DoesNotContain("cuMemFree_v2", FakeDriver.Calls);
    }

    [Fact]
    public void WaitsAfterEachLaunch_Fault_NamesTheOneLaunch()
    {
        using CudaContext context = FakeDriver.NewContext(waits: true);
        using var stream = new CudaStream(context);
        Kernel good = FakeKernel.Load(context, "good"), bad = FakeKernel.Load(context, "bad");
        FakeKernel.Launch(good, stream, new LaunchShape(1, 32));
        FakeDriver.Fail("cuStreamSynchronize", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);

        var exception = Assert.Throws<CudaException>(() => FakeKernel.Launch(bad, stream, new LaunchShape(1, 32)));

        Assert.Contains("One launch since the last wait: bad<<<", exception.Message);
        Assert.DoesNotContain("good", exception.Message);
    }

    [Fact]
    public void ManyLaunches_Fault_NamesTheLastOnesAndCountsTheRest()
    {
        using CudaContext context = FakeDriver.NewContext();
        using var stream = new CudaStream(context);
        Kernel kernel = FakeKernel.Load(context, "again");
        for (int i = 0; i < 100; i++) FakeKernel.Launch(kernel, stream, new LaunchShape(i + 1, 32));
        FakeDriver.Fail("cuCtxSynchronize", CUresult.CUDA_ERROR_LAUNCH_TIMEOUT);

        var exception = Assert.Throws<CudaException>(context.Synchronize);

        Assert.Contains("68 earlier launches; again<<<(69, 1, 1)", exception.Message);
        Assert.Contains("again<<<(100, 1, 1)", exception.Message);
    }

    [Fact]
    public void Use_OnAnotherThread_MakesTheContextCurrentThereOnce()
    {
        using CudaContext context = FakeDriver.NewContext();
        var thread = new Thread(() =>
        {
            context.Memory();
            context.Memory();
        });
        context.Memory();
        int before = FakeDriver.Calls.Count(call => call == "cuCtxSetCurrent");

        thread.Start();
        thread.Join();

        Assert.Equal(before + 1, FakeDriver.Calls.Count(call => call == "cuCtxSetCurrent"));
    }

    [Fact]
    public void Use_AfterDispose_IsRefused()
    {
        CudaContext context = FakeDriver.NewContext();
        context.Memory();
        context.Dispose();
        context.Dispose();

        Assert.Throws<ObjectDisposedException>(() => context.Memory());
        Assert.Single(FakeDriver.Calls, call => call == "cuDevicePrimaryCtxRelease_v2");
    }
}
