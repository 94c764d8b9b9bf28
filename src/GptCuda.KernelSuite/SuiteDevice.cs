using System.Runtime.InteropServices;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.KernelSuite;

/// <summary>A GPU with the modules and the buffers of a check, all freed with it.</summary>
/// <param name="context">The GPU, the caller's.</param>
/// <param name="compiler">Compiles for it.</param>
public sealed class SuiteDevice(CudaContext context, KernelCompiler compiler) : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    /// <summary>The GPU.</summary>
    public CudaContext Context { get; } = context;

    /// <summary>Where everything is queued.</summary>
    public CudaStream Stream { get; } = new(context, "suite");

    /// <summary>Compiles and loads a kernel file.</summary>
    public KernelModule Load(KernelVariant variant) => Own(compiler.Load(variant)[0]);

    /// <summary>Device memory with nothing in it.</summary>
    public DeviceSpan<T> Allocate<T>(long length)
        where T : unmanaged => Own(new DeviceBuffer<T>(Context, length)).Span;

    /// <summary>Device memory, an allocation of its own, with these values.</summary>
    public DeviceSpan<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        DeviceSpan<T> span = Allocate<T>(values.Length);
        Stream.Upload<T>(values, span);
        return span;
    }

    /// <summary>A matrix as kernels read it, and the values that its elements stand for.</summary>
    public DeviceMatrix Upload(EncodedMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new DeviceMatrix(Upload(matrix.Bytes), matrix.Scales.Length == 0 ? default : Upload(matrix.Scales));
    }

    /// <summary>What device memory holds when all that is queued is done.</summary>
    public T[] Download<T>(DeviceSpan<T> span)
        where T : unmanaged
    {
        T[] values = new T[span.Length];
        Stream.Download(span, values);
        return values;
    }

    /// <summary>Elements of a cache or of a 16-bit activation, as numbers.</summary>
    public double[] DownloadCached(DeviceSpan<byte> span, MatrixType type)
    {
        byte[] bytes = Download(span);
        return type switch
        {
            MatrixType.F32 => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), x => (double)x),
            MatrixType.BF16 => Array.ConvertAll(
                MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), x => (double)NarrowFloat.FromBFloat16(x)),
            _ => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), x => (double)x),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        Stream.Dispose();
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
