using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.KernelSuite;

namespace GptCuda.Kernels.Tests.Suite;

public sealed class KernelCheckTests
{
    private static readonly CudaDevice H100 = Device(new ComputeCapability(9, 0), 80L << 30);

    [Fact]
    public void Obstacle_EveryCheckOnALargeGpu_IsNone() => Assert.All(KernelChecks.All, check => Assert.Null(check.Obstacle(H100)));

    [Fact]
    public void Obstacle_BFloat16OnTuring_IsTheArithmetic()
    {
        CudaDevice turing = H100 with { ComputeCapability = new ComputeCapability(7, 5) };
        IEnumerable<string?> obstacles = [.. KernelChecks.All.Select(check => check.Obstacle(turing))];

        Assert.Contains("compute capability 7.5 has no bf16 arithmetic", obstacles);
        Assert.Contains(null, obstacles);
    }

    [Fact]
    public void Obstacle_SmallMemory_SaysBothSizes()
    {
        KernelCheck large = KernelChecks.All.MaxBy(check => check.DeviceBytes)!;

        Assert.Equal(
            FormattableString.Invariant($"takes {large.DeviceBytes / (double)(1 << 30):N1} GiB of GPU memory, a test's has 4.0"),
            large.Obstacle(H100 with { MemoryBytes = 4L << 30 }));
    }

    private static CudaDevice Device(ComputeCapability capability, long bytes) => new()
    {
        Ordinal = 0,
        Name = "a test's",
        ComputeCapability = capability,
        MemoryBytes = bytes,
        MultiprocessorCount = 132,
        L2Bytes = 50 << 20,
        BytesPerSecond = null,
        MaxThreadsPerMultiprocessor = 2048,
        SharedBytesPerMultiprocessor = 228 << 10,
        SharedBytesPerBlock = 48 << 10,
        SharedBytesPerBlockOptIn = 227 << 10,
        MaxThreadsPerBlock = 1024,
        MaxBlock = new Dim3(1024, 1024, 64),
        MaxGrid = new Dim3(int.MaxValue, 65535, 65535),
        SupportsCooperativeLaunch = true,
    };
}
