using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Profiles;
using GptCuda.VirtualGpu.Tests.Exports;
using static GptCuda.VirtualGpu.Driver.CUdevice_attribute;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class DeviceTests
{
    [Fact]
    public void Device_OfADriver_IsOneAndSaysThatItIsSoftware()
    {
        using DriverSession session = new(hasContext: false);
        nint name = session.Native(100), shortName = session.Native(8), place = session.Native(16), uuid = session.Native(16);
        Cuda.Call("cuDeviceGetName", name, 100, 0);
        Cuda.Call("cuDeviceGetName", shortName, 7, 0);
        Cuda.Call("cuDeviceGetPCIBusId", place, 16, 0);
        Cuda.Call("cuDeviceGetUuid_v2", uuid, 0);

        Assert.Equal(13000, Cuda.Get("cuDriverGetVersion"));
        Assert.Equal(1, Cuda.Get("cuDeviceGetCount"));
        Assert.Equal(0, Cuda.Get("cuDeviceGet", 0));
        Assert.Equal("NVIDIA H100 80GB HBM3 (software)", Marshal.PtrToStringUTF8(name));
        Assert.Equal("NVIDIA", Marshal.PtrToStringUTF8(shortName));
        Assert.Equal(0, Cuda.Get("cuDeviceGetByPCIBusId", place));
        Assert.NotEqual(new byte[16], new Span<byte>((void*)uuid, 16).ToArray());
        Assert.Equal(0, Cuda.Get("cuDeviceCanAccessPeer", 0, 0));
        Assert.Equal(1 << 30, Cuda.Get("cuDeviceTotalMem_v2", 0));
        Assert.Equal(1, (int)Cuda.Get("cuModuleGetLoadingMode"));
    }

    [Theory]
    [InlineData("h100")]
    [InlineData("t4")]
    [InlineData("rtx5090")]
    public void Attributes_OfAProfile_AreItsNumbers(string key)
    {
        DeviceProfile profile = DeviceProfiles.Named(key) with { MemoryBytes = 1 << 30 };
        using DriverSession session = new(change: options => options with { Profile = profile }, hasContext: false);

        Assert.Equal(profile.ComputeMajor, Attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR));
        Assert.Equal(profile.ComputeMinor, Attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
        Assert.Equal(profile.Multiprocessors, Attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
        Assert.Equal(49152, Attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK));
        Assert.Equal(profile.SharedPerBlockOptIn, Attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
        Assert.Equal(profile.SharedPerMultiprocessor, Attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR));
        Assert.Equal(profile.L2Bytes, Attribute(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE));
        Assert.Equal(32, Attribute(CU_DEVICE_ATTRIBUTE_WARP_SIZE));
        Assert.Equal(1024, Attribute(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK));
        Assert.Equal(int.MaxValue, Attribute(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X));
        Assert.Equal(1, Attribute(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH));
        // Clock, width and rate belong together: twice a clock, 1/8 of the width in bytes.
        double gigabytes = 2.0 * Attribute(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE) * Attribute(
            CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH) / 8 / 1e6;
        Assert.Equal(profile.GigabytesPerSecond, gigabytes, 0.01 * profile.GigabytesPerSecond);
        int major = 0, minor = 0;
        Cuda.Call("cuDeviceComputeCapability", (nint)(&major), (nint)(&minor), 0);
        Assert.Equal((profile.ComputeMajor, profile.ComputeMinor), (major, minor));
    }

    [Fact]
    public void Attributes_EveryNumberOfCuda_Answers()
    {
        using DriverSession session = new(hasContext: false);
        foreach ((string name, long number) in AbiFacts.Cuda.Constants("CUdevice_attribute"))
        {
            int value = -1;
            CUresult answer = Cuda.Try("cuDeviceGetAttribute", (nint)(&value), (nint)number, 0);
            Assert.Equal(
                name.EndsWith("_MAX", StringComparison.Ordinal) ? CUresult.CUDA_ERROR_INVALID_VALUE : CUresult.CUDA_SUCCESS, answer);
        }
    }

    private static int Attribute(CUdevice_attribute attribute) => (int)Cuda.Get("cuDeviceGetAttribute", (nint)attribute, 0);
}
