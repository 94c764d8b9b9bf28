using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Tests.Driver;

namespace GptCuda.VirtualGpu.Tests.Blas;

/// <summary>A column-major matrix of small random numbers that its type represents exactly, on the host and on the device.</summary>
internal sealed class TestMatrix
{
    private readonly cudaDataType _type;
    private readonly double[] _values;

    public TestMatrix(Random random, cudaDataType type, int rows, int columns, int padding = 0)
    {
        (_type, Rows, Columns, Leading) = (type, rows, columns, rows + padding);
        _values = new double[Leading * Math.Max(1, columns)];
        // Up to 8 bits of fraction: exact in every type, so that the oracle multiplies what the device does.
        for (int i = 0; i < _values.Length; i++)
            _values[i] = random.Next(-128, 128) / 128.0;
        Address = Upload(_values);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Leading { get; }

    public nint Address { get; }

    /// <summary>The element of the matrix, or of its transpose.</summary>
    public double At(int row, int column, bool transposed = false) =>
        transposed ? _values[row * Leading + column] : _values[column * Leading + row];

    /// <summary>What is on the device, padding included.</summary>
    public double[] Download() => _type switch
    {
        cudaDataType.CUDA_R_32F => [.. DriverSession.Download<float>(Address, _values.Length).Select(value => (double)value)],
        cudaDataType.CUDA_R_16F => [.. DriverSession.Download<Half>(Address, _values.Length).Select(value => (double)value)],
        _ => [.. DriverSession.Download<ushort>(Address, _values.Length).Select(
            bits => (double)BitConverter.UInt32BitsToSingle((uint)bits << 16))],
    };

    private nint Upload(double[] values) => _type switch
    {
        cudaDataType.CUDA_R_32F => DriverSession.Upload<float>([.. values.Select(value => (float)value)]),
        cudaDataType.CUDA_R_16F => DriverSession.Upload<Half>([.. values.Select(value => (Half)value)]),
        _ => DriverSession.Upload<ushort>([.. values.Select(value => (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16))]),
    };
}
