using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>
/// Stored weights to what the kernels read, on the device (kernels/convert.cu). Rounding is the CPU's, bit for bit; what is not finite
/// stays so, and an int8 output with such a weight gets the scale NaN.
/// </summary>
/// <remarks>
/// Stored elements lie densely, at an address that is a multiple of their size; at multiples of 16 they are read faster.
/// <c>beyond</c> is one number, zero before the first use, that each method raises by the finite weights that f16 cannot hold: those
/// of f16 matrices, which the CPU refuses, and those of int8 matrices, which <see cref="ExpandKernel"/> could not expand with their scales.
/// Vectors (biases, LayerNorm's) are rows too: one row of them with the target <see cref="MatrixType.F32"/>.
/// </remarks>
public sealed class ConvertKernels
{
    private const int RowThreads = 128, Threads = 256, TileOutputs = 32, TileInputs = 128, MaximaInputs = 32;

    private readonly MatrixType _target;
    private readonly int _storedBytes, _targetBytes;
    private readonly Kernel _rows, _round, _transpose, _raise, _finish;

    /// <param name="module">convert.cu, compiled as <see cref="Variant"/> says.</param>
    /// <param name="stored">The stored type that it was compiled for.</param>
    /// <param name="target">The matrices' type that it was compiled for.</param>
    public ConvertKernels(KernelModule module, MatrixType stored, MatrixType target)
    {
        ArgumentNullException.ThrowIfNull(module);
        _target = target;
        _storedBytes = KernelShape.BytesOf(stored);
        _targetBytes = KernelShape.BytesOf(target);
        Kernel Get(string name) => module.GetKernel($"{name}_{KernelShape.SuffixOf(target)}");
        _rows = Get("convert_rows");
        _round = Get("round_rows");
        _transpose = Get("transpose");
        _raise = Get("raise_maxima");
        _finish = Get("finish_scales");
    }

    /// <summary>The file.</summary>
    /// <param name="stored">How the file holds numbers: f32, bf16 or f16.</param>
    /// <param name="target">How matrices are held on the device.</param>
    /// <exception cref="ArgumentOutOfRangeException">Nothing is stored as int8.</exception>
    public static KernelVariant Variant(MatrixType stored, MatrixType target)
    {
        if (stored == MatrixType.Int8) throw new ArgumentOutOfRangeException(
            nameof(stored), stored, "Weights are stored as f32, bf16 or f16.");
        return new KernelVariant("convert.cu", ("STORED", KernelShape.Text((int)stored)), ("WEIGHT", KernelShape.Text((int)target)));
    }

    /// <summary>Queues rows that are a matrix's outputs, such as an embedding's, all of them or any run.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="stored">[rows, columns].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="matrix">The same rows of the matrix, written; for int8 their scales, too.</param>
    /// <param name="stride">Elements from row to row there, zeros from <paramref name="columns"/> on.</param>
    /// <param name="beyond">Raised by the weights beyond f16.</param>
    /// <exception cref="ArgumentException">An operand has another length.</exception>
    public void Rows(
        CudaStream stream, DeviceSpan<byte> stored, int rows, int columns, DeviceMatrix matrix, int stride, DeviceSpan<uint> beyond)
    {
        Require(stored, (long)rows * columns * _storedBytes, nameof(stored));
        Require(matrix.Elements, (long)rows * stride * _targetBytes, nameof(matrix));
        Require(matrix.Scales, _target == MatrixType.Int8 ? rows : 0, nameof(matrix));
        var arguments = new KernelArguments();
        arguments.Add(stored);
        arguments.Add(matrix.Elements);
        arguments.Add(matrix.Scales);
        arguments.Add(beyond);
        arguments.Add(columns);
        arguments.Add(stride);
        _rows.Launch(stream, new LaunchShape(rows, RowThreads), ref arguments);
    }

    /// <summary>Queues rows as f32 with the values that they have once rounded to the matrices' type: the position embedding.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="stored">[rows, columns].</param>
    /// <param name="rows">Rows; for int8 each has a scale of its own.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="values">[rows, columns], written.</param>
    /// <param name="beyond">Raised by the weights beyond f16.</param>
    /// <exception cref="ArgumentException">An operand has another length.</exception>
    public void RoundedRows(
        CudaStream stream, DeviceSpan<byte> stored, int rows, int columns, DeviceSpan<float> values, DeviceSpan<uint> beyond)
    {
        Require(stored, (long)rows * columns * _storedBytes, nameof(stored));
        Require(values, (long)rows * columns, nameof(values));
        var arguments = new KernelArguments();
        arguments.Add(stored);
        arguments.Add(values);
        arguments.Add(beyond);
        arguments.Add(columns);
        _round.Launch(stream, new LaunchShape(rows, RowThreads), ref arguments);
    }

    /// <summary>Queues a whole matrix that is stored as [inputs, outputs]; for int8 its scales first.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="stored">[inputs, outputs].</param>
    /// <param name="inputs">Rows as stored.</param>
    /// <param name="outputs">Columns as stored.</param>
    /// <param name="matrix">[outputs, inputs padded to 16 bytes], written.</param>
    /// <param name="beyond">Raised by the weights beyond f16.</param>
    /// <exception cref="ArgumentException">An operand has another length.</exception>
    public void Transposed(
        CudaStream stream, DeviceSpan<byte> stored, int inputs, int outputs, DeviceMatrix matrix, DeviceSpan<uint> beyond)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (_target == MatrixType.Int8)
        {
            stream.FillBytes(matrix.Scales, 0);
            RaiseMaxima(stream, stored, inputs, outputs, matrix.Scales);
            FinishScales(stream, matrix.Scales);
        }
        Transposed(stream, stored, inputs, outputs, matrix, KernelShape.Stride(_target, inputs), 0, beyond);
    }

    /// <summary>
    /// Queues some inputs of a matrix that is stored as [inputs, outputs]. For int8 the scales have to be there:
    /// <see cref="RaiseMaxima"/> of all chunks, then <see cref="FinishScales"/>.
    /// </summary>
    /// <param name="stream">Where.</param>
    /// <param name="stored">[inputs, outputs], a run of rows.</param>
    /// <param name="inputs">Rows of the run.</param>
    /// <param name="outputs">Columns.</param>
    /// <param name="matrix">[outputs, stride], all of it; the run's elements are written, and zeros up to whole 16 bytes.</param>
    /// <param name="stride">Elements from output to output there.</param>
    /// <param name="firstInput">The run's first input: a multiple of 16, so that whole 16 bytes belong to one run.</param>
    /// <param name="beyond">Raised by the weights beyond f16.</param>
    /// <exception cref="ArgumentException">An operand has another length, or the run begins elsewhere.</exception>
    public void Transposed(
        CudaStream stream, DeviceSpan<byte> stored, int inputs, int outputs, DeviceMatrix matrix, int stride, int firstInput,
        DeviceSpan<uint> beyond)
    {
        Require(stored, (long)inputs * outputs * _storedBytes, nameof(stored));
        Require(matrix.Elements, (long)outputs * stride * _targetBytes, nameof(matrix));
        Require(matrix.Scales, _target == MatrixType.Int8 ? outputs : 0, nameof(matrix));
        if (firstInput % 16 != 0 || firstInput + KernelShape.Stride(_target, inputs) > stride)
        {
            throw new ArgumentException(
                $"{inputs} inputs from {firstInput} on do not fit into rows of {stride}; runs begin at multiples of 16.",
                nameof(firstInput));
        }
        var arguments = new KernelArguments();
        arguments.Add(stored);
        arguments.Add(matrix.Elements.Slice((long)firstInput * _targetBytes));
        arguments.Add(matrix.Scales);
        arguments.Add(beyond);
        arguments.Add(inputs);
        arguments.Add(outputs);
        arguments.Add(stride);
        var grid = new Dim3(Pieces(outputs, TileOutputs), Pieces(inputs, TileInputs));
        _transpose.Launch(stream, new LaunchShape(grid, Threads), ref arguments);
    }

    /// <summary>Queues the raising of each output's largest magnitude by some of its inputs.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="stored">[inputs, outputs].</param>
    /// <param name="inputs">Rows.</param>
    /// <param name="outputs">Columns.</param>
    /// <param name="scales">[outputs], zero before the first run of inputs.</param>
    /// <exception cref="ArgumentException">An operand has another length.</exception>
    public void RaiseMaxima(CudaStream stream, DeviceSpan<byte> stored, int inputs, int outputs, DeviceSpan<float> scales)
    {
        Require(stored, (long)inputs * outputs * _storedBytes, nameof(stored));
        Require(scales, outputs, nameof(scales));
        var arguments = new KernelArguments();
        arguments.Add(stored);
        arguments.Add(scales);
        arguments.Add(inputs);
        arguments.Add(outputs);
        _raise.Launch(stream, new LaunchShape(new Dim3(Pieces(outputs, Threads), Pieces(inputs, MaximaInputs)), Threads), ref arguments);
    }

    /// <summary>Queues the change of largest magnitudes to scales, in place.</summary>
    public void FinishScales(CudaStream stream, DeviceSpan<float> scales)
    {
        var arguments = new KernelArguments();
        arguments.Add(scales);
        arguments.Add((int)scales.Length);
        _finish.Launch(stream, new LaunchShape(Pieces((int)scales.Length, Threads), Threads), ref arguments);
    }

    private static int Pieces(int length, int each) => (length + each - 1) / each;

    private static void Require<T>(DeviceSpan<T> operand, long length, string name)
        where T : unmanaged
    {
        if (operand.Length != length)
            throw new ArgumentException($"{name} has {operand.Length} elements of {typeof(T).Name} and should have {length}.", name);
    }
}
