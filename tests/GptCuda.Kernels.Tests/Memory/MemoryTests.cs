using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Memory;

[Collection(FakeDriver.Collection)]
public sealed class MemoryTests : IDisposable
{
    private readonly CudaContext _context = FakeDriver.NewContext();
    private readonly CudaStream _stream;

    public MemoryTests() => _stream = new CudaStream(_context);

    public void Dispose()
    {
        _stream.Dispose();
        _context.Dispose();
        Assert.Equal(0, FakeDriver.LiveAllocations);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue / 4 + 1)]
    [InlineData(long.MaxValue)]
    public void DeviceBuffer_LengthThatIsNone_IsRefused(long length)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceBuffer<float>(_context, length));

        Assert.Contains(length.ToString(), exception.Message);
        Assert.DoesNotContain("cuMemAlloc_v2", FakeDriver.Calls);
    }

    [Fact]
    public void DeviceBuffer_NoRoom_SaysAskedFreeAndTotal()
    {
        FakeDriver.Fail("cuMemAlloc_v2", CUresult.CUDA_ERROR_OUT_OF_MEMORY);

        var exception = Assert.Throws<CudaOutOfMemoryException>(() => new DeviceBuffer<float>(_context, 1L << 32));

        Assert.Equal((1L << 34, 1L << 30, 80L << 30), (exception.Asked, exception.Free, exception.Total));
        Assert.Contains("Asked 17,179,869,184 bytes; device 0, Fake H100, has 1,073,741,824 free of 85,899,345,920.", exception.Message);
    }

    [Fact]
    public void DeviceBuffer_DisposedTwice_IsFreedOnce()
    {
        var buffer = new DeviceBuffer<int>(_context, 3);

        buffer.Dispose();
        buffer.Dispose();

        Assert.Single(FakeDriver.Calls, call => call == "cuMemFree_v2");
        Assert.Throws<ObjectDisposedException>(() => buffer.Span);
    }

    [Fact]
    public void Slice_OutOfBounds_IsRefused()
    {
        using var buffer = new DeviceBuffer<int>(_context, 10);
        DeviceSpan<int> span = buffer.Span;

        Assert.Equal(span.Address + 12, span.Slice(3, 7).Address);
        Assert.Equal(0, span.Slice(10).Length);
        foreach ((long start, long length)
            in new (long, long)[] { (-1, 1), (0, 11), (10, 1), (5, 6), (1, -1), (long.MaxValue, 1), (1, long.MaxValue) })
            Assert.Throws<ArgumentOutOfRangeException>(() => span.Slice(start, length));
    }

    [Fact]
    public void As_OtherElementType_NeedsWholeAlignedElements()
    {
        using var buffer = new DeviceBuffer<byte>(_context, 12);

        Assert.Equal(3, buffer.Span.As<float>().Length);
        Assert.Throws<InvalidOperationException>(() => buffer.Span.As<double>());
        Assert.Throws<InvalidOperationException>(() => buffer.Span.Slice(1, 8).As<float>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(1025)]
    public void Copies_RoundTrip_KeepEveryElement(int length)
    {
        int[] source = [.. Enumerable.Range(1, length)];
        int[] result = new int[length];
        using DeviceBuffer<int> first = new(_context, length), second = new(_context, length);
        using var pinned = new PinnedBuffer<int>(_context, length + 2);

        _stream.Upload<int>(source, first.Span);
        _stream.Copy(first.Span, pinned, 2);
        _stream.Synchronize();
        _stream.FillBytes(first.Span, 0);
        _stream.Copy(pinned, 2, second.Span);
        _stream.Copy(second.Span, first.Span);
        _stream.Download(first.Span, result);

        Assert.Equal(source, pinned.Span[2..].ToArray());
        Assert.Equal(source, result);
    }

    [Fact]
    public void Copies_LengthsThatDiffer_AreRefused()
    {
        using var buffer = new DeviceBuffer<int>(_context, 4);
        using var pinned = new PinnedBuffer<int>(_context, 4);

        Assert.Throws<ArgumentException>(() => _stream.Upload<int>(new int[5], buffer.Span));
        Assert.Throws<ArgumentException>(() => _stream.Download(buffer.Span, new int[3]));
        Assert.Throws<ArgumentException>(() => _stream.Copy(buffer.Span, buffer.Span.Slice(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _stream.Copy(pinned, 1, buffer.Span));
        Assert.Throws<ArgumentOutOfRangeException>(() => _stream.Copy(buffer.Span, pinned, -1));
        Assert.DoesNotContain(FakeDriver.Calls, call => call.StartsWith("cuMemcpy", StringComparison.Ordinal));
    }

    [Fact]
    public void Dispose_WhileAnExceptionFlies_FreesAndLetsItPass()
    {
        FakeDriver.Fail("cuMemcpyHtoDAsync_v2", CUresult.CUDA_ERROR_INVALID_VALUE);

        var exception = Assert.Throws<CudaException>(() =>
        {
            using var buffer = new DeviceBuffer<int>(_context, 4);
            using var arena = new DeviceArena(_context, 1024, separate: true);
            arena.Take<int>(4);
            _stream.Upload<int>(new int[4], buffer.Span);
        });

        Assert.Equal("cuMemcpyHtoDAsync_v2", exception.Function);
        Assert.Equal(0, FakeDriver.LiveAllocations);
    }

    [Fact]
    public void Dispose_FailingFree_DoesNotThrowAndStaysInTheRegistry()
    {
        LeakRegistry.Enabled = true;
        var buffer = new DeviceBuffer<byte>(_context, 77_777);
        FakeDriver.Fail("cuMemFree_v2", CUresult.CUDA_ERROR_INVALID_VALUE);

        buffer.Dispose();

        HeldResource held = Assert.Single(LeakRegistry.Held, resource => resource.Description == "77777 bytes");
        Assert.Equal("DeviceBuffer", held.Kind);
        Assert.Contains(nameof(Dispose_FailingFree_DoesNotThrowAndStaysInTheRegistry), held.MadeAt);
        FakeDriver.Reset();
    }

    [Fact]
    public void LeakRegistry_Disposed_IsForgotten()
    {
        LeakRegistry.Enabled = true;
        var buffer = new DeviceBuffer<byte>(_context, 88_888);
        Assert.Contains(LeakRegistry.Held, resource => resource.Description == "88888 bytes");
        var report = new StringWriter();
        LeakRegistry.Report(report);
        Assert.Contains("DeviceBuffer, 88888 bytes, made", report.ToString());

        buffer.Dispose();

        Assert.DoesNotContain(LeakRegistry.Held, resource => resource.Description == "88888 bytes");
    }
}
