using System.Text.Json;
using GptCuda.VirtualGpu.Driver;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class ReportTests
{
    [Fact]
    public void Report_OfAGraph_NamesEveryNodeInOrder()
    {
        string file = Path.GetTempFileName();
        JsonElement[] events;
        try
        {
            using (DriverSession session = new(change: options => options with { ReportPath = file }))
            {
                nint stream = DriverSession.NewStream(), memory = DriverSession.Upload(1u, 2u),
                    increment = session.Kernel(Kernels.Counting, "increment");
                DriverSession.Launch(increment, stream, 1, memory);
                Cuda.Call("cuStreamBeginCapture_v2", stream, 0);
                Cuda.Call("cuMemsetD32Async", memory, 0, 2, stream);
                DriverSession.Launch(increment, stream, 1, memory);
                Cuda.Call("cuMemcpyDtoDAsync_v2", memory + 4, memory, 4, stream);
                nint exec = Cuda.Get("cuGraphInstantiateWithFlags", Cuda.GetLast("cuStreamEndCapture", stream), 0);
                Cuda.Call("cuGraphLaunch", exec, stream);
            }
            events = [.. JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("events").EnumerateArray()];
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal(
            ["copyIn", "launch", "graph", "memset", "launch", "copy"], events.Select(entry => entry.GetProperty("event").GetString()));
        Assert.Equal(["memset", "increment", "copy"], events[2].GetProperty("nodes").EnumerateArray().Select(node => node.GetString()));
        Assert.Equal([0, 1, 2], events[3..].Select(entry => entry.GetProperty("node").GetInt32()));
        Assert.Equal("increment", events[4].GetProperty("kernel").GetString());
        Assert.Equal([8L, 4L], new[] { events[3], events[5] }.Select(entry => entry.GetProperty("bytes").GetInt64()));
        Assert.False(events[1].TryGetProperty("node", out _));
    }

    [Fact]
    public void Leaks_WhenAskedFor_AreNamedAtTheContextsEnd()
    {
        using StandardError errors = new();
        using DriverSession session = new(change: options => options with { ReportsLeaks = true });
        DriverSession.Allocate(1234);
        Cuda.Call("cuMemFree_v2", DriverSession.Allocate(99));
        DriverSession.NewStream();
        session.Load(Kernels.Empty);

        Cuda.Call("cuCtxDestroy_v2", session.Context);

        Assert.Contains("1234 bytes", errors.Text);
        Assert.DoesNotContain("99 bytes", errors.Text);
        Assert.Contains("1 streams, 0 events, 1 modules", errors.Text);
    }

    [Fact]
    public void Leaks_EverythingGivenBack_SayNothing()
    {
        using StandardError errors = new();
        using DriverSession session = new(change: options => options with { ReportsLeaks = true });
        nint memory = DriverSession.Allocate(1234), stream = DriverSession.NewStream(), module = session.Load(Kernels.Empty);
        Cuda.Call("cuMemFree_v2", memory);
        Cuda.Call("cuStreamDestroy_v2", stream);
        Cuda.Call("cuModuleUnload", module);

        Cuda.Call("cuCtxDestroy_v2", session.Context);

        Assert.Equal("", errors.Text);
    }

    [Fact]
    public void Explain_WhenAskedFor_SaysWhyACallIsRefused()
    {
        using StandardError errors = new();
        using DriverSession session = new();
        Environment.SetEnvironmentVariable("GPTCUDA_VIRTUAL_EXPLAIN", "1");
        try
        {
            Cuda.Try("cuMemFree_v2", 12345);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GPTCUDA_VIRTUAL_EXPLAIN", null);
        }

        Assert.Contains("cuMemFree_v2: CUDA_ERROR_INVALID_VALUE: no live Device allocation begins at 0x3039", errors.Text);
    }

    [Theory]
    [InlineData("GPTCUDA_VIRTUAL_SCHEDULE", "sometimes")]
    [InlineData("GPTCUDA_VIRTUAL_DEVICE", "voodoo")]
    [InlineData("GPTCUDA_VIRTUAL_CHECKS", "few")]
    [InlineData("GPTCUDA_VIRTUAL_SEED", "x")]
    [InlineData("GPTCUDA_VIRTUAL_LEAKS", "yes")]
    public void Options_ValueThatAVariableCannotHave_IsAnError(string variable, string value)
    {
        Environment.SetEnvironmentVariable(variable, value);
        try
        {
            Assert.Contains($"{variable}={value}", Assert.Throws<ArgumentException>(DriverOptions.FromEnvironment).Message);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public void Options_FromTheEnvironment_AreThose()
    {
        Environment.SetEnvironmentVariable("GPTCUDA_VIRTUAL_SCHEDULE", "lazy");
        Environment.SetEnvironmentVariable("GPTCUDA_VIRTUAL_DEVICE", "t4");
        try
        {
            DriverOptions options = DriverOptions.FromEnvironment();
            Assert.Equal((Schedule.Lazy, "t4", false), (options.Schedule, options.Profile.Key, options.ReportsLeaks));
        }
        finally
        {
            Environment.SetEnvironmentVariable("GPTCUDA_VIRTUAL_SCHEDULE", null);
            Environment.SetEnvironmentVariable("GPTCUDA_VIRTUAL_DEVICE", null);
        }
    }
}
