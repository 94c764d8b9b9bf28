using GptCuda.Engine.Weights;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>
/// Carries weights to the device as the file holds them, straight from its mapping, and converts them there: the link is faster than
/// the host would convert, and transposing is the device's trade.
/// </summary>
/// <remarks>
/// While the device copies and converts a piece, the host reads the next one. A piece waits in a staging buffer of the device as large
/// as the largest matrix of a block.
/// </remarks>
internal sealed class CudaWeightLoader : IDisposable
{
    private const long FewestStagingBytes = 16 << 20;

    private readonly IWeightSource _source;
    private readonly CudaStream _stream;
    private readonly KernelShape _shape;
    private readonly UploadRing _ring;
    private readonly DeviceBuffer<byte> _staging;
    private readonly DeviceBuffer<uint> _beyond;
    private readonly List<KernelModule> _modules = [];
    private readonly Dictionary<(ElementType, MatrixType), ConvertKernels> _conversions = [];
    private readonly KernelCompiler _compiler;
    private FoldShiftKernel? _foldShift;
    private readonly Dictionary<string, WeightTensor> _tensors;

    public CudaWeightLoader(IWeightSource source, CudaContext context, CudaStream stream, KernelCompiler compiler, KernelShape shape)
    {
        _source = source;
        _stream = stream;
        _shape = shape;
        _compiler = compiler;
        _tensors = source.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        try
        {
            _ring = new UploadRing(stream);
            _staging = new DeviceBuffer<byte>(context, StagingBytes(source));
            _beyond = new DeviceBuffer<uint>(context, 1);
            stream.FillBytes(_beyond.Span, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bytes of device memory that loading takes besides the weights.</summary>
    public static long StagingBytes(IWeightSource source) => source.Tensors
        .Where(tensor => tensor.Shape.Length == 2 && !WeightRounding.OutputsAreRows(tensor.Name))
        .Select(tensor => tensor.ElementCount * ElementConversion.SizeOf(tensor.StoredType))
        .Append(FewestStagingBytes)
        .Max();

    /// <summary>Uploads a matrix stored as [in, out].</summary>
    public void UploadTransposed(string name, DeviceMatrix matrix, int inputs, int outputs)
    {
        WeightTensor tensor = _tensors[name];
        DeviceSpan<byte> staged = Stage(tensor, 0, tensor.ElementCount);
        Conversion(tensor.StoredType, _shape.Type).Transposed(_stream, staged, inputs, outputs, matrix, _beyond.Span);
        CheckRange(name);
    }

    /// <summary>Uploads a matrix stored as [out, in], some rows at a time.</summary>
    public void UploadRows(string name, DeviceMatrix matrix, int rows, int columns)
    {
        WeightTensor tensor = _tensors[name];
        ConvertKernels conversion = Conversion(tensor.StoredType, _shape.Type);
        int stride = _shape.Stride(columns);
        long rowBytes = (long)stride * _shape.ElementBytes;
        int atOnce = (int)Math.Min(rows, _staging.Length / ((long)columns * ElementConversion.SizeOf(tensor.StoredType)));
        for (int first = 0; first < rows; first += atOnce)
        {
            int count = Math.Min(atOnce, rows - first);
            var part = new DeviceMatrix(
                matrix.Elements.Slice(first * rowBytes, count * rowBytes), _shape.Type == MatrixType.Int8
                    ? matrix.Scales.Slice(first, count)
                    : default);
            conversion.Rows(
                _stream, Stage(tensor, (long)first * columns, (long)count * columns), count, columns, part, stride, _beyond.Span);
        }
        CheckRange(name);
    }

    /// <summary>
    /// Uploads a vector as f32, or a table as the f32 numbers that its rows are once rounded to the type of the matrices.
    /// </summary>
    public void UploadValues(string name, DeviceSpan<float> values)
    {
        WeightTensor tensor = _tensors[name];
        if (tensor.Shape is [long rows, long columns] && _shape.Type != MatrixType.F32)
        {
            int atOnce = (int)Math.Min(rows, _staging.Length / (columns * ElementConversion.SizeOf(tensor.StoredType)));
            ConvertKernels conversion = Conversion(tensor.StoredType, _shape.Type);
            for (int first = 0; first < rows; first += atOnce)
            {
                int count = (int)Math.Min(atOnce, rows - first);
                conversion.RoundedRows(
                    _stream, Stage(tensor, first * columns, count * columns), count, (int)columns,
                    values.Slice(first * columns, count * columns), _beyond.Span);
            }
            CheckRange(name);
            return;
        }
        // A vector is too short for a kernel to be worth its launch.
        _ring.Upload(values, (first, chunk) => _source.Read(name, first, chunk));
        _source.Release(name, 0, tensor.ElementCount);
    }

    /// <summary>Queues folded = bias + matrix x shift, all of them uploaded before.</summary>
    public void FoldShift(DeviceMatrix matrix, DeviceSpan<float> shift, DeviceSpan<float> bias, DeviceSpan<float> folded)
    {
        if (_foldShift is null)
        {
            KernelModule module = _compiler.Load(FoldShiftKernel.Variant(_shape))[0];
            _modules.Add(module);
            _foldShift = new FoldShiftKernel(module, _shape);
        }
        _foldShift.Launch(_stream, matrix, shift, bias, folded);
    }

    /// <summary>Waits until everything is there.</summary>
    public void Finish() => _stream.Synchronize();

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring?.Dispose();
        _staging?.Dispose();
        _beyond?.Dispose();
        foreach (KernelModule module in _modules)
            module.Dispose();
    }

    /// <summary>Queues the copy of stored elements; what is queued after it may read them.</summary>
    private unsafe DeviceSpan<byte> Stage(WeightTensor tensor, long first, long count)
    {
        int size = ElementConversion.SizeOf(tensor.StoredType);
        DeviceSpan<byte> staged = _staging.Span.Slice(0, count * size);
        if (_source.TryMap(tensor.Name, out byte* bytes))
            _ring.Upload(bytes + (first * size), staged);
        else
            _ring.Upload(staged.As<float>(), (offset, chunk) => _source.Read(tensor.Name, first + offset, chunk));
        _source.Release(tensor.Name, first, count);
        return staged;
    }

    private ConvertKernels Conversion(ElementType stored, MatrixType target)
    {
        if (_conversions.TryGetValue((stored, target), out ConvertKernels? kernels))
            return kernels;
        MatrixType from = MatrixTypes.Of(stored);
        KernelModule module = _compiler.Load(ConvertKernels.Variant(from, target))[0];
        _modules.Add(module);
        kernels = new ConvertKernels(module, from, target);
        _conversions.Add((stored, target), kernels);
        return kernels;
    }

    /// <summary>Refuses what f16 cannot hold, as the CPU does.</summary>
    private void CheckRange(string name)
    {
        if (_shape.Type is MatrixType.F32 or MatrixType.BF16)
            return;
        Span<uint> beyond = stackalloc uint[1];
        _stream.Download(_beyond.Span, beyond);
        if (beyond[0] > 0)
        {
            throw new InvalidDataException(
                $"{_source.Location}: {name}: {beyond[0]} weights are beyond f16's largest number, "
                + $"{WeightRounding.LargestHalf}; use bf16 or f32");
        }
    }
}
