using GptCuda.Kernels.Errors;

namespace GptCuda.Kernels.Tests.Errors;

public sealed class CompilerLogTests
{
    private static readonly Dictionary<string, string> Sources =
        new() { ["gemv.cu"] = "one\n  two;\nthree\n", ["device.cuh"] = "first\nsecond\n" };

    [Theory]
    [InlineData("gemv.cu(2): error: expected a \";\"\n", "gemv.cu(2): error: expected a \";\"\n  gemv.cu:2: two;")]
    [InlineData("gemv.cu(1): warning: odd\ngemv.cu(3): error: worse\n", "gemv.cu(3): error: worse\n  gemv.cu:3: three")]
    [InlineData("gemv.cu:2:7: error: expected ';'\n  two;\n", "gemv.cu:2:7: error: expected ';'\n  gemv.cu:2: two;")]
    [InlineData(
        "In file included from gemv.cu:1:\n./device.cuh:2:1: fatal error: no\n",
        "./device.cuh:2:1: fatal error: no\n  device.cuh:2: second")]
    [InlineData("device.cuh(9): error: past the end\n", "device.cuh(9): error: past the end")]
    [InlineData("other.h(1): catastrophic error: lost\n", "other.h(1): catastrophic error: lost")]
    [InlineData(
        "nvrtc: error: invalid value for --gpu-architecture (-arch)\n", "nvrtc: error: invalid value for --gpu-architecture (-arch)")]
    [InlineData("", "")]
    public void FirstError_EitherCompilersForm_HasTheSourceLine(string log, string expected) =>
        Assert.Equal(expected, CompilerLog.FirstError(log, Sources));
}
