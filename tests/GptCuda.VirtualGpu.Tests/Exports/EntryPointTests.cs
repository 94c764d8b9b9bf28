using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Driver.CUdriverProcAddressQueryResult;

namespace GptCuda.VirtualGpu.Tests.Exports;

[Collection(DriverSession.Collection)]
public sealed unsafe class EntryPointTests
{
    [Theory]
    [InlineData("cuMemAlloc", 13000, "cuMemAlloc_v2")]
    [InlineData("cuMemAlloc", 3020, "cuMemAlloc_v2")]
    [InlineData("cuInit", 2000, "cuInit")]
    [InlineData("cuGraphInstantiate", 11000, "cuGraphInstantiate_v2")]
    [InlineData("cuDevicePrimaryCtxRelease", 10020, "cuDevicePrimaryCtxRelease")]
    [InlineData("cuDevicePrimaryCtxRelease", 11000, "cuDevicePrimaryCtxRelease_v2")]
    [InlineData("cuCtxCreate", 12040, "cuCtxCreate_v2")]
    [InlineData("cuCtxCreate", 13000, "cuCtxCreate_v4")]
    [InlineData("cuGetProcAddress", 11080, "cuGetProcAddress")]
    [InlineData("cuGetProcAddress", 12000, "cuGetProcAddress_v2")]
    [InlineData("cuEventElapsedTime", 13000, "cuEventElapsedTime_v2")]
    [InlineData("cuMemcpyHtoDAsync_v2", 13000, "cuMemcpyHtoDAsync_v2")]
    public void GetProcAddress_NameAndVersion_GivesTheNewestFormNotNewer(string name, int version, string expected)
    {
        (CUresult answer, nint function, CUdriverProcAddressQueryResult status) = Find(name, version);

        Assert.Equal(CUresult.CUDA_SUCCESS, answer);
        Assert.Equal(CU_GET_PROC_ADDRESS_SUCCESS, status);
        Assert.Equal(expected, DriverExports.EntryPoints.Single(entry => entry.Address == function).Name);
    }

    [Theory]
    [InlineData("cuNothing", 13000, (int)CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND)]
    [InlineData("", 13000, (int)CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND)]
    [InlineData("cuMemAlloc", 3010, (int)CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT)]
    [InlineData("cuLaunchKernelEx", 11050, (int)CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT)]
    [InlineData("cuMemAlloc_v2", 3010, (int)CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT)]
    public void GetProcAddress_NotThere_SaysWhy(string name, int version, int expected)
    {
        (CUresult answer, nint function, CUdriverProcAddressQueryResult status) = Find(name, version);

        Assert.Equal(CUresult.CUDA_ERROR_NOT_FOUND, answer);
        Assert.Equal(0, function);
        Assert.Equal((CUdriverProcAddressQueryResult)expected, status);
    }

    [Fact]
    public void GetProcAddress_EveryBaseNameAtTheDriversVersion_IsFound()
    {
        foreach (IGrouping<string, EntryPoint> forms in DriverExports.EntryPoints.GroupBy(entry => entry.BaseName))
        {
            nint newest = forms.MaxBy(entry => entry.Since)!.Address;
            Assert.Equal((CUresult.CUDA_SUCCESS, newest, CU_GET_PROC_ADDRESS_SUCCESS), Find(forms.Key, VirtualDriver.Version));
        }
    }

    [Fact]
    public void GetProcAddress_FirstForm_NeedsNoStatus()
    {
        using DriverSession session = new();
        nint function = 0;

        Cuda.Call("cuGetProcAddress", session.Text("cuInit"), (nint)(&function), 13000, 0);
        Assert.NotEqual(0, function);
        Assert.Equal(CUresult.CUDA_ERROR_NOT_FOUND, Cuda.Try("cuGetProcAddress", session.Text("cuOther"), (nint)(&function), 13000, 0));
        Assert.Equal(0, function);
        Assert.Equal(
            CUresult.CUDA_ERROR_NOT_SUPPORTED, Cuda.Try("cuGetProcAddress_v2", session.Text("cuInit"), (nint)(&function), 13000, 2, 0));
    }

    private static (CUresult Answer, nint Function, CUdriverProcAddressQueryResult Status) Find(string name, int version)
    {
        using DriverSession session = new(hasContext: false);
        nint function = 1;
        CUdriverProcAddressQueryResult status = default;
        CUresult answer = Cuda.Try("cuGetProcAddress_v2", session.Text(name), (nint)(&function), version, 0, (nint)(&status));
        return (answer, function, status);
    }
}
