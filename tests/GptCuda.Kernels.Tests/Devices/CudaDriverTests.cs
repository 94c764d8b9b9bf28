using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Devices;

[Collection(FakeDriver.Collection)]
public sealed class CudaDriverTests
{
    public CudaDriverTests() => FakeDriver.Reset();

    [Fact]
    public void GetDevice_Attributes_AreTheProperties()
    {
        CudaDevice device = CudaDriver.Open(FakeDriver.Symbols()).GetDevice(0);

        Assert.Equal("Fake H100", device.Name);
        Assert.Equal(new ComputeCapability(9, 0), device.ComputeCapability);
        Assert.Equal(80L << 30, device.MemoryBytes);
        Assert.Equal(132, device.MultiprocessorCount);
        Assert.Equal(50L << 20, device.L2Bytes);
        // NVIDIA gives an H100 SXM 3.35 TB/s: 2.619 GHz, two transfers a clock, 5120 bits.
        Assert.Equal(3352L, device.BytesPerSecond / 1_000_000_000);
        Assert.Equal(new Dim3(int.MaxValue, 65535, 65535), device.MaxGrid);
    }

    [Fact]
    public void GetDevice_NoMemoryClock_HasNoBandwidth()
    {
        FakeDriver.SetAttribute("MEMORY_CLOCK_RATE", 0);

        Assert.Null(CudaDriver.Open(FakeDriver.Symbols()).GetDevice(0).BytesPerSecond);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void GetDevice_NotThere_SaysHowManyThereAre(int ordinal)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => CudaDriver.Open(FakeDriver.Symbols()).GetDevice(ordinal));

        Assert.Contains($"CUDA device {ordinal}", exception.Message);
        Assert.Contains("has 1", exception.Message);
    }

    [Fact]
    public void Open_NoDevice_HasNone()
    {
        FakeDriver.Fail("cuInit", CUresult.CUDA_ERROR_NO_DEVICE);

        CudaDriver driver = CudaDriver.Open(FakeDriver.Symbols());

        Assert.Equal(0, driver.DeviceCount);
        Assert.Equal(13000, driver.Version);
    }

    [Fact]
    public void Open_StubLibrary_SaysWhat()
    {
        FakeDriver.Fail("cuInit", CUresult.CUDA_ERROR_STUB_LIBRARY);

        var exception = Assert.Throws<CudaException>(() => CudaDriver.Open(FakeDriver.Symbols()));

        Assert.Equal("cuInit failed while initialising fake driver: CUDA_ERROR_STUB_LIBRARY (34), the driver's words.", exception.Message);
    }
}
