using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Memory;

[Collection(FakeDriver.Collection)]
public sealed class DeviceArenaTests : IDisposable
{
    private readonly CudaContext _context = FakeDriver.NewContext();

    public void Dispose()
    {
        _context.Dispose();
        Assert.Equal(0, FakeDriver.LiveAllocations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Take_UpToTheCapacity_GivesAlignedPartsThatDoNotOverlap(bool separate)
    {
        long capacity = DeviceArena.Occupied<byte>(1) + DeviceArena.Occupied<float>(64) + DeviceArena.Occupied<double>(33);
        Assert.Equal(256 + 256 + 512, capacity);
        using var arena = new DeviceArena(_context, capacity, separate);

        (ulong Start, long Bytes)[] parts =
        [
            (arena.Take<byte>(1).Address, 1), (arena.Take<float>(64).Address, 256), (arena.Take<double>(33).Address, 264),
        ];

        Assert.All(parts, part => Assert.Equal(0UL, part.Start % DeviceArena.Alignment));
        Array.Sort(parts);
        for (int i = 1; i < parts.Length; i++) Assert.True(parts[i - 1].Start + (ulong)parts[i - 1].Bytes <= parts[i].Start);
        Assert.Equal(capacity, arena.Used);
        Assert.Equal(separate ? 3 : 1, FakeDriver.LiveAllocations);
        var exception = Assert.Throws<InvalidOperationException>(() => arena.Take<byte>(1));
        Assert.Contains("1,024 bytes has 0 left", exception.Message);
    }

    [Fact]
    public void Take_LastTensorShorterThanItsAlignment_Fits()
    {
        using var arena = new DeviceArena(_context, 256 + 4, separate: false);
        arena.Take<byte>(200);

        Assert.Equal(1, arena.Take<float>(1).Length);
        Assert.Equal(arena.Capacity, arena.Used);
    }

    [Fact]
    public void Take_Overflow_IsRefused()
    {
        using var arena = new DeviceArena(_context, 1024, separate: false);

        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Take<double>(long.MaxValue / 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Take<byte>(0));
        Assert.Throws<OverflowException>(() => DeviceArena.Occupied<byte>(long.MaxValue));
    }

    [Theory]
    [InlineData(false, 0f)]
    [InlineData(true, float.NaN)]
    public void MarkDead_InTheSeparateMode_FillsWithNaN(bool separate, float expected)
    {
        using var stream = new CudaStream(_context);
        using var arena = new DeviceArena(_context, 1024, separate);
        DeviceSpan<float> span = arena.Take<float>(5);
        stream.Upload<float>(new float[5], span);

        arena.MarkDead(span, stream);

        float[] values = new float[5];
        stream.Download(span, values);
        Assert.All(values, value => Assert.Equal(expected, value));
    }

    [Fact]
    public void Take_NoRoomInTheSeparateMode_LeavesTheOthersToDispose()
    {
        using var arena = new DeviceArena(_context, 1024, separate: true);
        arena.Take<byte>(100);
        FakeDriver.Fail("cuMemAlloc_v2", CUresult.CUDA_ERROR_OUT_OF_MEMORY);

        Assert.Throws<CudaOutOfMemoryException>(() => arena.Take<byte>(100));

        Assert.Equal(256, arena.Used);
        Assert.Equal(1, FakeDriver.LiveAllocations);
    }
}
