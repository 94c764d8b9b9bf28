using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;

namespace GptCuda.Kernels.Tests.Compilation;

public sealed class KernelTargetTests
{
    /// <summary>What NVRTC 13.0 and 12.4 know.</summary>
    private static readonly int[] Nvrtc13 = [75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121];

    private static readonly int[] Nvrtc12 = [50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90];

    [Theory]
    [InlineData(75, true, "--gpu-architecture=sm_75")]
    [InlineData(90, true, "--gpu-architecture=sm_90")]
    [InlineData(120, true, "--gpu-architecture=sm_120")]
    [InlineData(121, true, "--gpu-architecture=sm_121")]
    [InlineData(130, false, "--gpu-architecture=compute_121")]
    public void For_Nvrtc13_IsMachineCodeWhereItKnowsTheDevice(int device, bool machineCode, string option)
    {
        KernelTarget target = KernelTarget.For(ComputeCapability.FromNumber(device), Nvrtc13);

        Assert.Equal(machineCode, target.IsMachineCode);
        Assert.Equal(option, target.Option);
    }

    [Theory]
    [InlineData(100, "--gpu-architecture=compute_90")]
    [InlineData(88, "--gpu-architecture=compute_87")]
    public void For_DeviceNewerThanTheCompiler_IsPtxOfTheNewestThatBothKnow(int device, string option) =>
        Assert.Equal(option, KernelTarget.For(ComputeCapability.FromNumber(device), Nvrtc12).Option);

    [Fact]
    public void For_DeviceOlderThanTheKernels_IsRefused()
    {
        var exception = Assert.Throws<NotSupportedException>(() => KernelTarget.For(new ComputeCapability(7, 0), Nvrtc12));

        Assert.Contains("7.0", exception.Message);
        Assert.Contains("7.5", exception.Message);
    }

    [Fact]
    public void For_NothingThatBothKnow_IsRefused() =>
        Assert.Contains(
            "80, 90", Assert.Throws<NotSupportedException>(() => KernelTarget.For(new ComputeCapability(7, 5), [80, 90])).Message);
}
