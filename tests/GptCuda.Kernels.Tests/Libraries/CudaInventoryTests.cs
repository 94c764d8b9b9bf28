using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Libraries;

[Collection(FakeDriver.Collection)]
public sealed class CudaInventoryTests
{
    [Fact]
    public void Inventory_OneOfTwoGpusFails_HasTheOtherAndTheDriver()
    {
        FakeDriver.Reset();
        FakeDriver.DeviceCount = 2;
        FakeDriver.FailAfter("cuDeviceTotalMem_v2", 1, CUresult.CUDA_ERROR_ECC_UNCORRECTABLE);

        CudaInventory inventory = CudaInventory.Take(new SearchHost
        {
            IsWindows = false,
            IsArm64 = false,
            Variable = _ => null,
            Preload = _ => { },
            ToolkitRoots = [],
            Load = name => name == "libcuda.so.1" ? FakeDriver.Symbols() : throw new DllNotFoundException(name),
        });

        Assert.Equal([0], inventory.Devices.Select(device => device.Ordinal));
        Assert.Equal("13.0", inventory.Libraries[0].Version);
        string notice = Assert.Single(inventory.Notices);
        Assert.StartsWith("GPU 1 is left out: ", notice);
        Assert.Contains("CUDA_ERROR_ECC_UNCORRECTABLE", notice);
    }
}
