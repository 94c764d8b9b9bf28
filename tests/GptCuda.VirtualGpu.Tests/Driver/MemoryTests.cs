using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUpointer_attribute;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class MemoryTests
{
    private const int Eager = (int)Schedule.Eager, Lazy = (int)Schedule.Lazy;

    public static TheoryData<int, int> Sizes
    {
        get
        {
            TheoryData<int, int> sizes = [];
            foreach (int bytes in new[] { 1, 31, 32, 33, 1023, 1024, 1025 })
            {
                sizes.Add(Eager, bytes);
                sizes.Add(Lazy, bytes);
            }
            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copies_EveryWay_KeepEveryByte(int schedule, int bytes)
    {
        using DriverSession session = new((Schedule)schedule);
        nint stream = DriverSession.NewStream(), host = session.Native(bytes), back = session.Native(bytes);
        nint first = DriverSession.Allocate(bytes), second = DriverSession.Allocate(bytes), third = DriverSession.Allocate(bytes);
        nint pinned = Cuda.Get("cuMemAllocHost_v2", bytes);
        new Random(bytes).NextBytes(new Span<byte>((void*)host, bytes));

        Cuda.Call("cuMemcpyHtoDAsync_v2", first, host, bytes, stream);
        Cuda.Call("cuMemcpyDtoDAsync_v2", second, first, bytes, stream);
        Cuda.Call("cuMemcpyAsync", pinned, second, bytes, stream);
        Cuda.Call("cuMemcpyAsync", third, pinned, bytes, stream);
        Cuda.Call("cuStreamSynchronize", stream);
        Cuda.Call("cuMemcpy", back, third, bytes);
        Assert.Equal(new Span<byte>((void*)host, bytes), new Span<byte>((void*)back, bytes));
        Assert.Equal(new Span<byte>((void*)host, bytes), new Span<byte>((void*)pinned, bytes));
        Cuda.Call("cuMemcpyDtoD_v2", first, third, bytes);
        Assert.Equal(new Span<byte>((void*)host, bytes).ToArray(), DriverSession.Download<byte>(first, bytes));
    }

    [Theory]
    [InlineData("cuMemsetD8_v2", 0xA5, 1)]
    [InlineData("cuMemsetD16_v2", 0xA5B6, 2)]
    [InlineData("cuMemsetD32_v2", 0x7654321A, 4)]
    [InlineData("cuMemsetD8Async", 0xA5, 1)]
    [InlineData("cuMemsetD16Async", 0xA5B6, 2)]
    [InlineData("cuMemsetD32Async", 0x7654321A, 4)]
    public void Memset_PartOfAnAllocation_LeavesTheRest(string function, int value, int width)
    {
        using DriverSession session = new();
        nint memory = DriverSession.Upload(new byte[64]);
        nint[] arguments = [memory + 8, value, 16 / width];

        Cuda.Call(function, function.EndsWith("Async", StringComparison.Ordinal) ? [.. arguments, 0] : arguments);

        byte[] pattern = BitConverter.GetBytes(value)[..width];
        byte[] expected = [.. Enumerable.Range(0, 64).Select(i => i is >= 8 and < 24 ? pattern[(i - 8) % width] : (byte)0)];
        Assert.Equal(expected, DriverSession.Download<byte>(memory, 64));
    }

    [Fact]
    public void MemGetInfo_AfterAllocatingAndFreeing_Counts()
    {
        using DriverSession session = new();
        nuint free, total;
        Cuda.Call("cuMemGetInfo_v2", (nint)(&free), (nint)(&total));
        Assert.Equal(total, free);
        nint memory = DriverSession.Allocate(1 << 20);
        Cuda.Get("cuMemAllocHost_v2", 1 << 20);
        Cuda.Call("cuMemGetInfo_v2", (nint)(&free), (nint)(&total));
        Assert.Equal(total - (1 << 20), free);
        Cuda.Call("cuMemFree_v2", memory);
        Cuda.Call("cuMemGetInfo_v2", (nint)(&free), (nint)(&total));
        Assert.Equal(total, free);
    }

    [Fact]
    public void OutOfMemory_IsNoFault()
    {
        using DriverSession session = new();
        DriverSession.Allocate(1 << 29);
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, Cuda.Try("cuMemAlloc_v2", session.Native(8), (1 << 29) + 1));
        DriverSession.Allocate(1 << 29);
    }

    [Fact]
    public void Pinned_Queries_TellAddressFlagsAndType()
    {
        using DriverSession session = new();
        nint pinned = Cuda.Get("cuMemHostAlloc", 100, 3);

        Assert.Equal(pinned, Cuda.Get("cuMemHostGetDevicePointer_v2", pinned + 0, 0));
        Assert.Equal(3, Cuda.Get("cuMemHostGetFlags", pinned + 99));
        Assert.Equal(1, PointerAttribute(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, pinned));
        Assert.Equal(pinned + 5, PointerAttribute(CU_POINTER_ATTRIBUTE_HOST_POINTER, pinned + 5));
        Cuda.Call("cuMemFreeHost", pinned);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Cuda.Try("cuMemFreeHost", pinned));
    }

    [Fact]
    public void Pinned_FilledFromUnwrittenMemoryAndThenByTheHost_CountsAsWritten()
    {
        using DriverSession session = new();
        nint device = DriverSession.Allocate(4), pinned = Cuda.Get("cuMemAllocHost_v2", 4);
        Cuda.Call("cuMemcpyDtoH_v2", pinned, device, 4);
        Assert.Equal(uint.MaxValue, *(uint*)pinned);
        *(uint*)pinned = 6;
        Cuda.Call("cuMemcpyHtoD_v2", device, pinned, 4);
        DriverSession.Launch(session.Kernel(Kernels.Counting, "increment"), 0, 1, device);

        Assert.Equal([7u], DriverSession.Download<uint>(device, 1));
    }

    [Fact]
    public void Device_PointerAttributes_TellTheAllocation()
    {
        using DriverSession session = new();
        nint memory = DriverSession.Allocate(1000), first = 0, bytes = 0;
        Cuda.Call("cuMemGetAddressRange_v2", (nint)(&first), (nint)(&bytes), memory + 999);

        Assert.Equal((memory, 1000), (first, bytes));
        Assert.Equal(2, PointerAttribute(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, memory + 1));
        Assert.Equal(memory + 1, PointerAttribute(CU_POINTER_ATTRIBUTE_DEVICE_POINTER, memory + 1));
        Assert.Equal(memory, PointerAttribute(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, memory + 1));
        Assert.Equal(1000, PointerAttribute(CU_POINTER_ATTRIBUTE_RANGE_SIZE, memory + 1));
        Assert.Equal(session.Context, PointerAttribute(CU_POINTER_ATTRIBUTE_CONTEXT, memory));
        Assert.Equal(
            CUDA_ERROR_INVALID_VALUE,
            Cuda.Try("cuPointerGetAttribute", session.Native(8), (nint)CU_POINTER_ATTRIBUTE_HOST_POINTER, memory));
        Assert.Equal(CUDA_ERROR_NOT_FOUND, Cuda.Try("cuMemGetAddressRange_v2", session.Native(8), session.Native(8), memory + 1000));
    }

    [Fact]
    public void PointerAttributes_UnknownMemory_AreZeros()
    {
        using DriverSession session = new();
        int type = 7;
        nint pointer = 7;
        CUpointer_attribute* attributes = stackalloc[] { CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_DEVICE_POINTER };
        nint* values = stackalloc nint[] { (nint)(&type), (nint)(&pointer) };

        Cuda.Call("cuPointerGetAttributes", 2, (nint)attributes, (nint)values, session.Native(8));
        Assert.Equal((0, 0), (type, pointer));
        nint memory = DriverSession.Allocate(8);
        Cuda.Call("cuPointerGetAttributes", 2, (nint)attributes, (nint)values, memory);
        Assert.Equal((2, memory), (type, pointer));
    }

    [Fact]
    public void Allocation_BehindTwoGiB_IsReached()
    {
        using DriverSession session = new(change: options => options with { Profile = options.Profile with { MemoryBytes = 6L << 30 } });
        nint memory = Cuda.Get("cuMemAlloc_v2", (nint)5 << 30), last = memory + ((nint)5 << 30) - 4;
        Cuda.Call("cuMemsetD32_v2", last, 41, 1);
        DriverSession.Launch(session.Kernel(Kernels.Counting, "increment"), 0, 1, last);

        Assert.Equal([42u], DriverSession.Download<uint>(last, 1));
    }

    private static nint PointerAttribute(CUpointer_attribute attribute, nint address) =>
        Cuda.Get("cuPointerGetAttribute", (nint)attribute, address);
}
