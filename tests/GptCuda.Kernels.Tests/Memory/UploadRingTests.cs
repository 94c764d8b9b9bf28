using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Memory;

[Collection(FakeDriver.Collection)]
public sealed class UploadRingTests : IDisposable
{
    private readonly CudaContext _context = FakeDriver.NewContext();
    private readonly CudaStream _stream;

    public UploadRingTests() => _stream = new CudaStream(_context);

    public void Dispose()
    {
        _stream.Dispose();
        _context.Dispose();
        Assert.Equal(0, FakeDriver.LiveAllocations);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(256)]
    [InlineData(1025)]
    public unsafe void Upload_AnyLength_ArrivesWhole(int length)
    {
        int[] source = [.. Enumerable.Range(1, length)];
        int[] result = new int[length];
        using var buffer = new DeviceBuffer<int>(_context, length);
        using var ring = new UploadRing(_stream, buffers: 3, bufferBytes: 256);

        fixed (int* pointer = source) ring.Upload(pointer, buffer.Span);

        ring.Synchronize();
        _stream.Download(buffer.Span, result);
        Assert.Equal(source, result);
    }

    [Fact]
    public void Upload_WhileBuffersAreFree_ReadsOnWithoutWaiting()
    {
        using var buffer = new DeviceBuffer<byte>(_context, 5 * 256);
        using var ring = new UploadRing(_stream, buffers: 4, bufferBytes: 256);
        var waitsBefore = new List<int>();

        ring.Upload(buffer.Span, (first, chunk) =>
        {
            waitsBefore.Add(FakeDriver.Calls.Count(call => call == "cuEventSynchronize"));
            chunk.Fill((byte)first);
        });

        // The first four chunks find free buffers; only the fifth waits, for the copy of the first.
        Assert.Equal([0, 0, 0, 0, 1], waitsBefore);
    }

    [Fact]
    public void Upload_ReaderThatFails_LeavesTheRingUsable()
    {
        using var buffer = new DeviceBuffer<byte>(_context, 1024);
        using var ring = new UploadRing(_stream, buffers: 2, bufferBytes: 256);

        Assert.Throws<IOException>(() => ring.Upload(buffer.Span, (first, chunk) =>
        {
            if (first > 0) throw new IOException("gone");
        }));
        ring.Upload(buffer.Span, (first, chunk) => chunk.Fill(7));

        ring.Synchronize();
        byte[] result = new byte[1024];
        _stream.Download(buffer.Span, result);
        Assert.All(result, value => Assert.Equal(7, value));
    }

    [Fact]
    public void Make_NoRoomForTheThirdBuffer_FreesTheOthers()
    {
        FakeDriver.FailAfter("cuMemHostAlloc", 2, CUresult.CUDA_ERROR_OUT_OF_MEMORY);

        Assert.Throws<CudaOutOfMemoryException>(() => new UploadRing(_stream, buffers: 4, bufferBytes: 256));

        Assert.Equal(0, FakeDriver.LiveAllocations);
        Assert.Equal(FakeDriver.Calls.Count(call => call == "cuEventCreate"), FakeDriver.Calls.Count(call => call == "cuEventDestroy_v2"));
    }

    [Theory]
    [InlineData(1, 256)]
    [InlineData(2, 0)]
    [InlineData(2, 255)]
    public void Make_SizesThatAreNone_AreRefused(int buffers, int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new UploadRing(_stream, buffers, bytes));
}
