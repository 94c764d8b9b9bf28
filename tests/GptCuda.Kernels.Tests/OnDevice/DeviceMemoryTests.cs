using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.OnDevice;

[Collection(TestDevice.Collection)]
public sealed class DeviceMemoryTests(TestDevice device)
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    public void Copies_EveryWay_KeepEveryByte(int length)
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using DeviceBuffer<ushort> first = new(context, length), second = new(context, length);
        using var pinned = new PinnedBuffer<ushort>(context, length + 1);
        ushort[] source = [.. Enumerable.Range(0, length).Select(i => (ushort)(i * 40503))];
        ushort[] result = new ushort[length];

        stream.Upload<ushort>(source, first.Span);
        stream.Copy(first.Span, second.Span);
        stream.Copy(second.Span, pinned, 1);
        stream.Synchronize();
        Assert.Equal(source, pinned.Span[1..].ToArray());
        stream.FillBytes(first.Span, 0xFF);
        stream.Copy(pinned, 1, first.Span.Slice(0, length));
        stream.Download(first.Span, result);

        Assert.Equal(source, result);
    }

    [SkippableFact]
    public void Fill_PartOfABuffer_LeavesTheRest()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using var buffer = new DeviceBuffer<float>(context, 1025);
        float[] result = new float[1025];

        stream.Fill(buffer.Span, 1.5f);
        stream.Fill(buffer.Span.Slice(33, 31), -2f);
        stream.FillBytes(buffer.Span.Slice(1024), 0);
        stream.Download(buffer.Span, result);

        for (int i = 0; i < result.Length; i++) Assert.Equal(i == 1024 ? 0f : i is >= 33 and < 64 ? -2f : 1.5f, result[i]);
    }

    [SkippableFact]
    public void UploadRing_LargerThanTheRing_ArrivesWhole()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using var buffer = new DeviceBuffer<int>(context, 100_000);
        using var ring = new UploadRing(stream, buffers: 3, bufferBytes: 64 << 10);
        int[] result = new int[100_000];

        ring.Upload(buffer.Span, (first, chunk) =>
        {
            for (int i = 0; i < chunk.Length; i++) chunk[i] = (int)first + i;
        });
        stream.Download(buffer.Span, result);

        Assert.Equal(Enumerable.Range(0, result.Length), result);
    }

    [SkippableFact]
    public void DeviceBuffer_MoreThanTheDeviceHas_SaysAskedFreeAndTotal()
    {
        using CudaContext context = device.NewContext();
        long asked = context.Device.MemoryBytes * 2;

        var exception = Assert.Throws<CudaOutOfMemoryException>(() => new DeviceBuffer<byte>(context, asked));

        Assert.Equal(asked, exception.Asked);
        Assert.InRange(exception.Free, 1, exception.Total);
        Assert.InRange(exception.Total, 1, context.Device.MemoryBytes);
        // It is no fault: the context works on.
        using var small = new DeviceBuffer<byte>(context, 256);
    }

    [SkippableFact]
    public void Memory_AfterAllocating_HasLessFree()
    {
        using CudaContext context = device.NewContext();
        (long before, long total) = context.Memory();
        using (new DeviceBuffer<byte>(context, 64 << 20)) Assert.InRange(context.Memory().Free, 0, before - (64 << 20));

        Assert.Equal((before, total), context.Memory());
    }
}
