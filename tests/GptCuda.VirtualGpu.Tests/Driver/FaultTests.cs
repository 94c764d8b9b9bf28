using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>What a fault does to its context, and how a program gets out of it.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class FaultTests
{
    private const int Eager = (int)Schedule.Eager, Lazy = (int)Schedule.Lazy;

    [Theory]
    [InlineData(Eager, "cuCtxSynchronize")]
    [InlineData(Lazy, "cuCtxSynchronize")]
    [InlineData(Eager, "cuStreamSynchronize")]
    [InlineData(Lazy, "cuStreamSynchronize")]
    [InlineData(Lazy, "cuStreamQuery")]
    [InlineData(Lazy, "cuEventSynchronize")]
    [InlineData(Lazy, "cuEventQuery")]
    public void Fault_InAKernel_IsGivenByTheWaitAndByAllThatFollows(int schedule, string wait)
    {
        using DriverSession session = new((Schedule)schedule);
        using StandardError errors = new();
        nint overrun = session.Kernel(Kernels.Faulty, "overrun"), stream = DriverSession.NewStream(), mark = DriverSession.NewEvent();
        nint memory = DriverSession.Allocate(64);

        // The launch itself is accepted, as hardware has not run it yet.
        DriverSession.Launch(overrun, stream, 1, memory);
        if (schedule == Lazy)
            Cuda.Call("cuEventRecord", mark, stream);
        nint[] waited =
            wait switch { "cuCtxSynchronize" => [], _ when wait.StartsWith("cuEvent", StringComparison.Ordinal) => [mark], _ => [stream] };

        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, Cuda.Try(wait, waited));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, Cuda.Try("cuMemFree_v2", memory));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, DriverSession.TryLaunch(overrun, stream, 1, memory));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, Cuda.Try("cuStreamDestroy_v2", stream));
        Assert.Equal(2, errors.Text.Split("virtual GPU: ").Length);
        Assert.Contains("OutOfBounds in kernel overrun", errors.Text);
    }

    [Fact]
    public void Fault_EveryFunctionOfTheContext_GivesItsCode()
    {
        using DriverSession session = new();
        using StandardError errors = new();
        nint halt = session.Kernel(Kernels.Faulty, "halt");
        DriverSession.Launch(halt, 0, 1);

        foreach (EntryPoint entry
            in DriverExports.EntryPoints.Where(entry => GptCuda.VirtualGpu.Tests.Exports.MisuseTests.NeedsContext(entry.Name)))
        {
            nint[] zeros = new nint[GptCuda.VirtualGpu.Tests.Exports.AbiFacts.Cuda.Parameters(entry.Name)!.Length];
            CUresult answer = Cuda.Try(entry.Name, zeros);
            Assert.True(answer == CUDA_ERROR_LAUNCH_FAILED, $"{entry.Name}: {answer}");
        }
        Assert.Contains("Trap in kernel halt", errors.Text);
    }

    [Fact]
    public void Fault_WorkBehindIt_NeverRuns()
    {
        using DriverSession session = new(Schedule.Lazy);
        using StandardError errors = new();
        nint halt = session.Kernel(Kernels.Faulty, "halt"), increment = session.Kernel(Kernels.Counting, "increment"),
            stream = DriverSession.NewStream();
        nint pinned = Cuda.Get("cuMemAllocHost_v2", 4);
        *(uint*)pinned = 1;

        DriverSession.Launch(halt, stream, 1);
        DriverSession.Launch(increment, stream, 1, pinned);

        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuStreamSynchronize", stream));
        Assert.Equal(1u, *(uint*)pinned);
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void Fault_ContextDestroyed_ANewOneWorks(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        using StandardError errors = new();
        DriverSession.Launch(session.Kernel(Kernels.Faulty, "halt"), 0, 1);
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuCtxSynchronize"));

        Cuda.Call("cuCtxDestroy_v2", session.Context);
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, Cuda.Try("cuCtxSynchronize"));
        Assert.Equal(0, session.Machine.Memory.Used);
        Cuda.Get("cuCtxCreate_v2", 0, 0);

        nint counter = DriverSession.Upload(1u);
        DriverSession.Launch(session.Kernel(Kernels.Counting, "increment"), 0, 1, counter);
        Assert.Equal([2u], DriverSession.Download<uint>(counter, 1));
    }

    [Theory]
    [InlineData("cuDevicePrimaryCtxRelease_v2")]
    [InlineData("cuDevicePrimaryCtxReset_v2")]
    public void Fault_PrimaryContextReleasedOrReset_WorksWhenRetainedAgain(string ending)
    {
        using DriverSession session = new(hasContext: false);
        using StandardError errors = new();
        Cuda.Call("cuCtxSetCurrent", Cuda.Get("cuDevicePrimaryCtxRetain", 0));
        DriverSession.Launch(session.Kernel(Kernels.Faulty, "halt"), 0, 1);
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuCtxSynchronize"));

        Cuda.Call(ending, 0);
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, Cuda.Try("cuCtxSynchronize"));
        Cuda.Call("cuCtxSetCurrent", Cuda.Get("cuDevicePrimaryCtxRetain", 0));

        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuCtxSynchronize"));
    }

    [Fact]
    public void Fault_OfOneContext_LeavesAnother()
    {
        using DriverSession session = new();
        using StandardError errors = new();
        nint other = Cuda.Get("cuCtxCreate_v2", 0, 0);
        DriverSession.Launch(session.Kernel(Kernels.Faulty, "halt"), 0, 1);

        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuCtxSynchronize"));
        Cuda.Call("cuCtxSetCurrent", session.Context);
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuCtxSynchronize"));
        Cuda.Call("cuCtxSetCurrent", other);
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuCtxSynchronize"));
    }

    [Theory]
    [InlineData(Eager)]
    [InlineData(Lazy)]
    public void UseAfterFree_OfMemoryThatAGraphHolds_IsNamed(int schedule)
    {
        using DriverSession session = new((Schedule)schedule);
        using StandardError errors = new();
        nint counter = DriverSession.Upload(1u), stream = DriverSession.NewStream(),
            increment = session.Kernel(Kernels.Counting, "increment");
        Cuda.Call("cuStreamBeginCapture_v2", stream, 0);
        DriverSession.Launch(increment, stream, 1, counter);
        nint exec = Cuda.Get("cuGraphInstantiateWithFlags", Cuda.GetLast("cuStreamEndCapture", stream), 0);
        Cuda.Call("cuMemFree_v2", counter);

        Cuda.Call("cuGraphLaunch", exec, stream);

        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, Cuda.Try("cuStreamSynchronize", stream));
        Assert.Contains("UseAfterFree in kernel increment", errors.Text);
    }

    [Fact]
    public void CopyFromUnwrittenMemory_GivesNoNumber()
    {
        using DriverSession session = new();
        Assert.True(float.IsNaN(DriverSession.Download<float>(DriverSession.Allocate(4), 1)[0]));
    }
}
