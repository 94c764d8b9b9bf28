using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Streams;

[Collection(FakeDriver.Collection)]
public sealed class GraphTests : IDisposable
{
    private readonly CudaContext _context = FakeDriver.NewContext();
    private readonly CudaStream _stream;

    public GraphTests() => _stream = new CudaStream(_context);

    public void Dispose()
    {
        _stream.Dispose();
        _context.Dispose();
    }

    [Fact]
    public void Capture_BodyThatThrows_EndsTheCaptureAndDropsTheGraph()
    {
        var exception = Assert.Throws<InvalidDataException>(Capture);

        Assert.Equal("body", exception.Message);
        Assert.False(_stream.IsCapturing);
        Assert.Equal(
            ["cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphDestroy"],
            FakeDriver.Calls.SkipWhile(call => call != "cuStreamBeginCapture_v2"));
        _stream.Synchronize();

        void Capture()
        {
            using CaptureScope scope = _stream.BeginCapture();
            throw new InvalidDataException("body");
        }
    }

    [Fact]
    public void Capture_Invalidated_IsSaidAndTheStreamWorksAgain()
    {
        FakeDriver.Fail("cuStreamEndCapture", CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        using CaptureScope scope = _stream.BeginCapture();
        FakeKernel.Launch(FakeKernel.Load(_context, "kernel"), _stream, new LaunchShape(1, 32));

        var exception = Assert.Throws<CudaException>(scope.End);

        Assert.Contains("after 1 launches", exception.Message);
        Assert.Contains("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED (901)", exception.Message);
        Assert.False(_stream.IsCapturing);
        Assert.Throws<InvalidOperationException>(scope.End);
    }

    [Fact]
    public void Capture_Waiting_IsRefusedWithoutTheDriver()
    {
        using CaptureScope scope = _stream.BeginCapture();
        int calls = FakeDriver.Calls.Count;

        Assert.Contains("main cannot be waited for", Assert.Throws<InvalidOperationException>(_stream.Synchronize).Message);
        Assert.Throws<InvalidOperationException>(_stream.BeginCapture);
        Assert.Equal(calls, FakeDriver.Calls.Count);
    }

    [Fact]
    public void Capture_WithWaitsAfterEachLaunch_DoesNotWait()
    {
        using CudaContext context = FakeDriver.NewContext(waits: true);
        using var stream = new CudaStream(context);
        using CaptureScope scope = stream.BeginCapture();

        FakeKernel.Launch(FakeKernel.Load(context, "kernel"), stream, new LaunchShape(1, 32));
        using CudaGraph graph = scope.End();

        Assert.Equal("kernel", Assert.Single(graph.Launches));
        Assert.DoesNotContain("cuStreamSynchronize", FakeDriver.Calls);
    }

    [Fact]
    public void GraphLaunch_Fault_NamesTheGraphAndItsKernels()
    {
        using CudaGraph graph = Record("alpha", "beta", "alpha");
        using CudaGraphInstance instance = graph.Instantiate("decode 4");
        instance.Launch(_stream);
        FakeDriver.Fail("cuStreamSynchronize", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);

        var exception = Assert.Throws<CudaException>(_stream.Synchronize);

        Assert.Contains("One launch since the last wait: graph decode 4 (2 x alpha, 1 x beta)", exception.Message);
    }

    [Fact]
    public void TryUpdate_OtherTopology_GivesTheReason()
    {
        using CudaGraph graph = Record("alpha");
        using CudaGraphInstance instance = graph.Instantiate("decode");
        Assert.True(instance.TryUpdate(graph, out string? refusal));
        Assert.Null(refusal);

        FakeDriver.Fail("cuGraphExecUpdate", CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE);

        Assert.False(instance.TryUpdate(graph, out refusal));
        Assert.Equal("CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED", refusal);
    }

    [Fact]
    public void GraphLaunch_Repeated_AllocatesNothing()
    {
        using CudaContext silent = SilentDriver.NewContext();
        using var stream = new CudaStream(silent);
        CudaGraph graph;
        using (CaptureScope scope = stream.BeginCapture()) graph = scope.End();
        using CudaGraphInstance instance = graph.Instantiate("empty");
        graph.Dispose();
        for (int i = 0; i < 100; i++) instance.Launch(stream);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++) instance.Launch(stream);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private CudaGraph Record(params string[] kernels)
    {
        using CaptureScope scope = _stream.BeginCapture();
        foreach (string name in kernels) FakeKernel.Launch(FakeKernel.Load(_context, name), _stream, new LaunchShape(1, 32));
        return scope.End();
    }
}
