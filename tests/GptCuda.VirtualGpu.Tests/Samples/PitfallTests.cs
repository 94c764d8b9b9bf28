using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Samples;

/// <summary>g_pitfalls.cu from both compilers: one construct a kernel.</summary>
public sealed class PitfallTests
{
    public static TheoryData<string> Compilers => new(SampleText.Compilers);

    private static TestDevice Device(string compiler)
    {
        var device = new TestDevice();
        device.Load(SampleText.Load("g_pitfalls", compiler), compiler);
        return device;
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Local_DynamicIndex_ReadsTheElement(string compiler)
    {
        using TestDevice device = Device(compiler);
        float[] x = [.. Enumerable.Range(0, 16).Select(i => i * 1.5f)];
        ulong y = device.Allocate<float>(32);
        device.Launch("p_local", 32, device.Upload<float>(x), y, 13);
        Assert.All(device.Download<float>(y, 32), value => Assert.Equal(x[13], value));
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Switch_EveryCase_TakesItsBranch(string compiler)
    {
        using TestDevice device = Device(compiler);
        int[] x = [.. Enumerable.Range(0, 32).Select(i => i * 7 - 40)];
        // Cases 3 and 5 read x[0] and x[5], which their own thread may have written already: keep those elements fixed points.
        x[0] = 9;
        x[5] = 9 + 8 * 2 + 5;
        ulong at = device.Upload<int>(x);
        using var unchecked_ = new TestDevice(GptCuda.VirtualGpu.Checking.CheckLevel.Bounds);
        unchecked_.Load(SampleText.Load("g_pitfalls", compiler), compiler);
        ulong copy = unchecked_.Upload<int>(x);
        unchecked_.Launch("p_switch", 32, copy);
        int[] result = unchecked_.Download<int>(copy, 32);
        for (int i = 0; i < 32; i++)
        {
            int v = x[i];
            int expected = (v & 7) switch { 0 => 3, 1 => v * 5, 2 => v ^ 77, 3 => v - x[0], 4 => v << 3, 5 => x[5], _ => 9 };
            Assert.Equal(expected, result[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Call_DeviceFunction_ReturnsItsValue(string compiler)
    {
        using var device = new TestDevice(GptCuda.VirtualGpu.Checking.CheckLevel.Bounds);
        device.Load(SampleText.Load("g_pitfalls", compiler), compiler);
        float[] x = [.. Enumerable.Range(0, 32).Select(i => i + 0.5f)];
        ulong at = device.Upload<float>(x);
        device.Launch("p_call", 32, at);
        Assert.Equal(x.Select(value => x[0] * value + 1), device.Download<float>(at, 32));
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Generic_SharedOrGlobal_IsResolvedByWindow(string compiler)
    {
        using TestDevice device = Device(compiler);
        float[] x = [.. Enumerable.Range(100, 32).Select(i => (float)i)], y = [.. Enumerable.Range(0, 32).Select(i => (float)i)];
        ulong atX = device.Upload<float>(x), atY = device.Upload<float>(y);
        device.Launch("p_generic", 32, atX, atY, 0);
        Assert.Equal(y.Reverse(), device.Download<float>(atY, 32));
        device.Launch("p_generic", 32, atX, atY, 1);
        Assert.Equal(x.Reverse(), device.Download<float>(atY, 32));
    }
}
