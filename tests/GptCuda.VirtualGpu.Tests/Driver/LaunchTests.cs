using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Profiles;
using static GptCuda.VirtualGpu.Driver.CUlaunchAttributeID;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class LaunchTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    public void Launch_ArgumentsInOneBuffer_AreTaken(int bytes)
    {
        using DriverSession session = new();
        nint counter = DriverSession.Upload(1u), buffer = session.Native(16);
        *(nint*)buffer = counter;
        *(int*)(buffer + 8) = 41;
        nint size = bytes;
        nint* extra = stackalloc nint[] { 1, buffer, 2, (nint)(&size), 0 };

        Cuda.Call("cuLaunchKernel", session.Kernel(Kernels.Counting, "add"), 1, 1, 1, 1, 1, 1, 0, 0, 0, (nint)extra);

        Assert.Equal([42u], DriverSession.Download<uint>(counter, 1));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(28)]
    public void Launch_BufferOfAnotherSize_IsRefused(int bytes)
    {
        using DriverSession session = new();
        nint size = bytes;
        nint* extra = stackalloc nint[] { 1, session.Native(32), 2, (nint)(&size), 0 };

        Assert.Equal(
            CUDA_ERROR_INVALID_VALUE,
            Cuda.Try("cuLaunchKernel", session.Kernel(Kernels.Counting, "add"), 1, 1, 1, 1, 1, 1, 0, 0, 0, (nint)extra));
    }

    [Theory]
    [InlineData(48 * 1024 - 16, 0, (int)CUDA_SUCCESS)]
    [InlineData(48 * 1024 - 12, 0, (int)CUDA_ERROR_INVALID_VALUE)]
    [InlineData(100_000, 99_999, (int)CUDA_ERROR_INVALID_VALUE)]
    [InlineData(100_000, 100_000, (int)CUDA_SUCCESS)]
    [InlineData(227 * 1024 - 16, 227 * 1024 - 16, (int)CUDA_SUCCESS)]
    [InlineData(227 * 1024 - 12, 227 * 1024 - 16, (int)CUDA_ERROR_INVALID_VALUE)]
    public void Launch_DynamicShared_NeedsTheOptInAboveTheOldLimit(int bytes, int allowed, int expected)
    {
        using DriverSession session = new();
        nint dynamic = session.Kernel(Kernels.Shared, "dynamic"), result = DriverSession.Upload(0u);
        if (allowed > 0)
            Cuda.Call("cuFuncSetAttribute", dynamic, 8, allowed);
        nint last = bytes - 4;
        nint* arguments = stackalloc nint[] { (nint)(&result), (nint)(&last) };

        Assert.Equal((CUresult)expected, Cuda.Try("cuLaunchKernel", dynamic, 1, 1, 1, 1, 1, 1, bytes, 0, (nint)arguments, 0));
        Assert.Equal(expected == 0 ? [7u] : [0u], DriverSession.Download<uint>(result, 1));
    }

    [Fact]
    public void Launch_StoreBehindDynamicShared_IsCaught()
    {
        using DriverSession session = new();
        using StandardError errors = new();
        nint dynamic = session.Kernel(Kernels.Shared, "dynamic"), result = DriverSession.Upload(0u), behind = 64;
        nint* arguments = stackalloc nint[] { (nint)(&result), (nint)(&behind) };

        Cuda.Call("cuLaunchKernel", dynamic, 1, 1, 1, 1, 1, 1, 64, 0, (nint)arguments, 0);

        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, Cuda.Try("cuCtxSynchronize"));
        Assert.Contains("kernel dynamic", errors.Text);
    }

    [Theory]
    [InlineData("h100", 132 * 2, (int)CUDA_SUCCESS)]
    [InlineData("h100", 132 * 2 + 1, (int)CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE)]
    [InlineData("t4", 40, (int)CUDA_SUCCESS)]
    [InlineData("t4", 41, (int)CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE)]
    public void Launch_Cooperative_HasAsManyBlocksAsAreResident(string device, int blocks, int expected)
    {
        DeviceProfile profile = DeviceProfiles.Named(device) with { MemoryBytes = 1 << 30 };
        using DriverSession session = new(change: options => options with { Profile = profile });
        nint nothing = session.Kernel(Kernels.Empty, "nothing");
        CUlaunchAttribute attribute = new() { id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE, value = 1 };
        CUlaunchConfig configuration = Configuration(blocks, 1024, &attribute, 1);

        Assert.Equal((CUresult)expected, Cuda.Try("cuLaunchCooperativeKernel", nothing, blocks, 1, 1, 1024, 1, 1, 0, 0, 0));
        Assert.Equal((CUresult)expected, Cuda.Try("cuLaunchKernelEx", (nint)(&configuration), nothing, 0, 0));
        attribute.value = 0;
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuLaunchKernelEx", (nint)(&configuration), nothing, 0, 0));
    }

    [Theory]
    [InlineData("h100", (int)CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION, (int)CUDA_SUCCESS)]
    [InlineData("t4", (int)CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION, (int)CUDA_ERROR_NOT_SUPPORTED)]
    [InlineData("h100", (int)CU_LAUNCH_ATTRIBUTE_PRIORITY, (int)CUDA_SUCCESS)]
    [InlineData("h100", (int)CU_LAUNCH_ATTRIBUTE_IGNORE, (int)CUDA_SUCCESS)]
    [InlineData("h100", 4, (int)CUDA_ERROR_NOT_SUPPORTED)]
    [InlineData("h100", 99, (int)CUDA_ERROR_NOT_SUPPORTED)]
    public void LaunchEx_Attribute_IsHeededOrRefused(string device, int id, int expected)
    {
        DeviceProfile profile = DeviceProfiles.Named(device) with { MemoryBytes = 1 << 30 };
        using DriverSession session = new(change: options => options with { Profile = profile });
        nint counter = DriverSession.Upload(1u), address = counter, increment = session.Kernel(Kernels.Counting, "increment");
        nint* arguments = stackalloc nint[] { (nint)(&address) };
        CUlaunchAttribute attribute = new() { id = (CUlaunchAttributeID)id, value = 1 };
        CUlaunchConfig configuration = Configuration(1, 1, &attribute, 1);

        Assert.Equal((CUresult)expected, Cuda.Try("cuLaunchKernelEx", (nint)(&configuration), increment, (nint)arguments, 0));
        Assert.Equal(expected == 0 ? [2u] : [1u], DriverSession.Download<uint>(counter, 1));
        configuration.attrs = null;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Cuda.Try("cuLaunchKernelEx", (nint)(&configuration), increment, (nint)arguments, 0));
    }

    [Theory]
    [InlineData(64, 0, 32)]
    [InlineData(1024, 0, 2)]
    [InlineData(128, 40_000, 5)]
    [InlineData(128, 227 * 1024, 1)]
    [InlineData(128, 227 * 1024 + 1, 0)]
    public void Occupancy_OfABlock_IsTheCalculators(int threads, int shared, int expected)
    {
        using DriverSession session = new();
        nint nothing = session.Kernel(Kernels.Empty, "nothing");

        Assert.Equal(expected, (int)Cuda.Get("cuOccupancyMaxActiveBlocksPerMultiprocessor", nothing, threads, shared));
        Assert.Equal(expected, (int)Cuda.Get("cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", nothing, threads, shared, 1));
    }

    [Fact]
    public void Occupancy_MaxPotentialBlockSize_FillsTheDevice()
    {
        using DriverSession session = new();
        int grid = 0, block = 0;
        nint nothing = session.Kernel(Kernels.Empty, "nothing"), bounded = session.Kernel(Kernels.Empty, "bounded");

        Cuda.Call("cuOccupancyMaxPotentialBlockSize", (nint)(&grid), (nint)(&block), nothing, 0, 0, 0);
        Assert.Equal((2 * 132, 1024), (grid, block));
        Cuda.Call("cuOccupancyMaxPotentialBlockSize", (nint)(&grid), (nint)(&block), bounded, 0, 0, 0);
        Assert.Equal((32 * 132, 64), (grid, block));
        Cuda.Call(
            "cuOccupancyMaxPotentialBlockSize", (nint)(&grid), (nint)(&block), nothing, (nint)(delegate* unmanaged<int, nuint>)&SharedOf, 0,
            300);
        Assert.Equal((8 * 132, 256), (grid, block));
    }

    [Fact]
    public void Launch_LargestGrid_IsAccepted()
    {
        using DriverSession session = new(Schedule.Lazy);
        nint nothing = session.Kernel(Kernels.Empty, "nothing"), stream = DriverSession.NewStream();
        Cuda.Call("cuStreamBeginCapture_v2", stream, 0);

        Cuda.Call("cuLaunchKernel", nothing, int.MaxValue, 65535, 65535, 1, 1, 1, 0, stream, 0, 0);
    }

    /// <summary>100 bytes a thread: 25 600 for 256 threads, and eight such blocks fill an SM, which no larger block does.</summary>
    [UnmanagedCallersOnly]
    private static nuint SharedOf(int threads) => (nuint)(100 * threads);

    private static CUlaunchConfig Configuration(int blocks, int threads, CUlaunchAttribute* attributes, uint count) => new()
    {
        gridDimX = (uint)blocks,
        gridDimY = 1,
        gridDimZ = 1,
        blockDimX = (uint)threads,
        blockDimY = 1,
        blockDimZ = 1,
        attrs = attributes,
        numAttrs = count,
    };
}
