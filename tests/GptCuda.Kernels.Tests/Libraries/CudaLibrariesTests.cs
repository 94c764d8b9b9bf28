using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Libraries;

[Collection(FakeDriver.Collection)]
public sealed class CudaLibrariesTests
{
    [Fact]
    public void Find_DriverWithoutAGpu_SaysSoAndLooksForNothingElse()
    {
        FakeDriver.Reset();
        FakeDriver.DeviceCount = 0;
        List<string> loaded = [];
        SearchHost host = SearchHost.ThisMachine with
        {
            Variable = _ => null,
            ToolkitRoots = [],
            Load = name =>
            {
                loaded.Add(name);
                return FakeDriver.Symbols();
            },
        };

        var exception = Assert.Throws<NotSupportedException>(() => CudaLibraries.Find(host));

        Assert.Equal("The NVIDIA driver is there, but no GPU.", exception.Message);
        Assert.Single(loaded);
    }
}
