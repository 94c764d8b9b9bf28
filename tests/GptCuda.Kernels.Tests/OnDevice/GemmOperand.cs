using System.Runtime.InteropServices;
using GptCuda.Kernels.Blas;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.OnDevice;

/// <summary>A matrix on the device with seeded values, each exact in its type, and what they are in double precision.</summary>
internal sealed class GemmOperand : IDisposable
{
    private readonly DeviceBuffer<byte> _memory;
    private readonly double[,] _values;

    public GemmOperand(CudaContext context, CudaStream stream, GemmType type, int rows, int columns, int padding, int seed)
    {
        int stride = columns + padding, size = type == GemmType.F32 ? 4 : 2;
        byte[] bytes = new byte[rows * stride * size];
        _values = new double[rows, columns];
        var random = new Random(seed);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                _values[row, column] = Write(bytes.AsSpan(((row * stride) + column) * size, size), type, (random.NextSingle() * 2) - 1);
        }
        _memory = new DeviceBuffer<byte>(context, bytes.Length);
        stream.Upload<byte>(bytes, _memory.Span);
        Matrix = type switch
        {
            GemmType.F32 => GemmMatrix.F32(_memory.Span.As<float>(), rows, columns, stride),
            GemmType.F16 => GemmMatrix.F16(_memory.Span.As<Half>(), rows, columns, stride),
            _ => GemmMatrix.BF16(_memory.Span.As<ushort>(), rows, columns, stride),
        };
    }

    public GemmMatrix Matrix { get; }

    public double this[int row, int column] => _values[row, column];

    public void Clear(CudaStream stream) => stream.FillBytes(_memory.Span, 0);

    public double[,] Read(CudaStream stream)
    {
        byte[] bytes = new byte[_memory.Length];
        stream.Download(_memory.Span, bytes);
        int size = Matrix.Type == GemmType.F32 ? 4 : 2;
        var values = new double[Matrix.Rows, Matrix.Columns];
        for (int row = 0; row < Matrix.Rows; row++)
        {
            for (int column = 0; column < Matrix.Columns; column++)
                values[row, column] = Value(bytes.AsSpan(((row * Matrix.Stride) + column) * size, size), Matrix.Type);
        }
        return values;
    }

    public void Dispose() => _memory.Dispose();

    private static double Write(Span<byte> bytes, GemmType type, float value)
    {
        if (type == GemmType.F32) MemoryMarshal.Write(bytes, value);
        else if (type == GemmType.F16) MemoryMarshal.Write(bytes, (Half)value);
        else MemoryMarshal.Write(bytes, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
        return Value(bytes, type);
    }

    private static double Value(ReadOnlySpan<byte> bytes, GemmType type) => type switch
    {
        GemmType.F32 => MemoryMarshal.Read<float>(bytes),
        GemmType.F16 => (double)MemoryMarshal.Read<Half>(bytes),
        _ => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(bytes) << 16),
    };
}
