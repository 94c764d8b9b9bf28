using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.OnDevice;

[Collection(TestDevice.Collection)]
public sealed class DeviceGraphTests(TestDevice device)
{
    [SkippableFact]
    public void Graph_LaunchedThreeTimes_DoesItThreeTimes()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("elementwise.cu"))[0];
        using var counter = new DeviceBuffer<int>(context, 2);
        stream.FillBytes(counter.Span, 0);
        CudaGraph graph = Record(stream, module, counter.Span.Slice(0, 1), launches: 2);
        Assert.Equal(0, Read(stream, counter)[0]);
        Assert.Equal(new GraphNodeCounts(2, 0, 0, 0), graph.CountNodes());

        using CudaGraphInstance instance = graph.Instantiate("count");
        graph.Dispose();
        for (int i = 0; i < 3; i++) instance.Launch(stream);

        Assert.Equal([6, 0], Read(stream, counter));
    }

    [SkippableFact]
    public void TryUpdate_SameTopology_TakesTheNewArguments()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("elementwise.cu"))[0];
        using var counter = new DeviceBuffer<int>(context, 2);
        stream.FillBytes(counter.Span, 0);
        using CudaGraph first = Record(stream, module, counter.Span.Slice(0, 1), launches: 1);
        using CudaGraph second = Record(stream, module, counter.Span.Slice(1, 1), launches: 1);
        using CudaGraph longer = Record(stream, module, counter.Span, launches: 2);
        using CudaGraphInstance instance = first.Instantiate("update");
        instance.Launch(stream);

        Assert.True(instance.TryUpdate(second, out _));
        instance.Launch(stream);
        Assert.False(instance.TryUpdate(longer, out string? refusal));
        Assert.Contains("TOPOLOGY", refusal);
        instance.Launch(stream);

        Assert.Equal([1, 2], Read(stream, counter));
    }

    [SkippableFact]
    public void Capture_BodyThatThrows_LeavesTheStreamUsable()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("elementwise.cu"))[0];
        using var counter = new DeviceBuffer<int>(context, 1);
        stream.FillBytes(counter.Span, 0);

        Assert.Throws<InvalidDataException>(Capture);

        Increment(stream, module, counter.Span);
        Assert.Equal([1], Read(stream, counter));

        void Capture()
        {
            using CaptureScope scope = stream.BeginCapture();
            Increment(stream, module, counter.Span);
            throw new InvalidDataException();
        }
    }

    [SkippableFact]
    public void Capture_WithAnAllocation_IsRefusedOrInvalidated()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using CaptureScope scope = stream.BeginCapture();

        Assert.Throws<CudaException>(() => new DeviceBuffer<int>(context, 4));
        Assert.Throws<CudaException>(scope.End);

        Assert.Null(context.Fault);
        stream.Synchronize();
    }

    [SkippableFact]
    public void Events_AroundWork_GiveItsTime()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using var buffer = new DeviceBuffer<byte>(context, 1 << 20);
        using CudaEvent start = new(context, timing: true), end = new(context, timing: true), plain = new(context);

        start.Record(stream);
        stream.FillBytes(buffer.Span, 1);
        end.Record(stream);
        end.Synchronize();

        Assert.True(end.IsDone());
        Assert.InRange(end.MillisecondsSince(start), 0f, 10_000f);
        Assert.Throws<InvalidOperationException>(() => end.MillisecondsSince(plain));
    }

    [SkippableFact]
    public void WaitFor_EventOfAnotherStream_OrdersTheTwo()
    {
        using CudaContext context = device.NewContext();
        using CudaStream first = new(context, "first"), second = new(context, "second");
        using var buffer = new DeviceBuffer<byte>(context, 1 << 20);
        using var filled = new CudaEvent(context);
        byte[] result = new byte[1 << 20];

        first.FillBytes(buffer.Span, 7);
        filled.Record(first);
        second.WaitFor(filled);
        second.Download(buffer.Span, result);

        Assert.All(result.Where((_, i) => i % 4096 == 0), value => Assert.Equal(7, value));
        Assert.True(first.IsIdle());
    }

    private static CudaGraph Record(CudaStream stream, KernelModule module, DeviceSpan<int> counter, int launches)
    {
        using CaptureScope scope = stream.BeginCapture();
        for (int i = 0; i < launches; i++) Increment(stream, module, counter);
        return scope.End();
    }

    private static void Increment(CudaStream stream, KernelModule module, DeviceSpan<int> counter)
    {
        var arguments = new KernelArguments();
        arguments.Add(counter);
        module.GetKernel("increment").Launch(stream, new LaunchShape(1, 32), ref arguments);
    }

    private static int[] Read(CudaStream stream, DeviceBuffer<int> buffer)
    {
        int[] values = new int[buffer.Length];
        stream.Download(buffer.Span, values);
        return values;
    }
}
