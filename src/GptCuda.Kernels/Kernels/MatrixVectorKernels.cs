using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>
/// Products of a weight matrix with one to eight vectors, with LayerNorm before and bias, GELU or residual after them in the same
/// launch (kernels/matvec.cu). Every operand has exactly the rows that the module was compiled for.
/// </summary>
public sealed class MatrixVectorKernels
{
    // As in kernels/matvec.cu.
    private const int NormWarps = 8;

    private readonly KernelShape _shape;
    private readonly int _rows;
    private readonly int _multiprocessors;
    private readonly Kernel _qkv, _project, _expand, _contract, _logits;

    /// <param name="context">The GPU.</param>
    /// <param name="module">matvec.cu, compiled as <see cref="Variant"/> says.</param>
    /// <param name="shape">The shape that it was compiled for.</param>
    /// <param name="rows">The rows that it was compiled for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vectors do not fit in a block's shared memory on this GPU.</exception>
    public MatrixVectorKernels(CudaContext context, KernelModule module, KernelShape shape, int rows)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        _rows = rows;
        _multiprocessors = context.Device.MultiprocessorCount;
        Kernel Get(string name, int columns, int outputs)
        {
            Kernel kernel = module.GetKernel($"{name}_{shape.Suffix}");
            kernel.AllowSharedBytes(ShapeOf(columns, outputs).SharedBytes);
            return kernel;
        }
        _qkv = Get("qkv", shape.Width, 3 * shape.Width);
        _project = Get("project", shape.Width, shape.Width);
        _expand = Get("expand", shape.Width, shape.Inner);
        _contract = Get("contract", shape.Inner, shape.Width);
        _logits = Get("logits", shape.Width, shape.Vocabulary);
    }

    /// <summary>The file for a number of rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not from 1 to 8.</exception>
    public static KernelVariant Variant(KernelShape shape, int rows)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, 8);
        return shape.Variant("matvec.cu", rows);
    }

    /// <summary>
    /// LayerNorm of the residual stream, the product with [3 Width, Width], bias: queries out, keys and values into the cache.
    /// </summary>
    /// <param name="stream">Where.</param>
    /// <param name="weight">[3 Width, Width].</param>
    /// <param name="bias">[3 Width], with LayerNorm's shift in it: <see cref="FoldShiftKernel"/>.</param>
    /// <param name="norm">Applied to the residual stream first; its shift is not read.</param>
    /// <param name="residual">[rows, Width].</param>
    /// <param name="queries">[rows, Width], written.</param>
    /// <param name="cache">Written at each row's place.</param>
    /// <param name="places">Each row's slot and position.</param>
    /// <param name="layer">The layer in the cache.</param>
    public void Qkv(
        CudaStream stream, DeviceMatrix weight, DeviceSpan<float> bias, in LayerNormWeights norm, DeviceSpan<float> residual,
        DeviceSpan<float> queries, in DeviceCache cache, in RowPlaces places, int layer)
    {
        var arguments = new KernelArguments();
        Add(ref arguments, weight);
        arguments.Add(bias);
        arguments.Add(norm.Gain);
        arguments.Add(norm.Epsilon);
        arguments.Add(residual);
        arguments.Add(queries);
        arguments.Add(cache.Elements);
        arguments.Add(places.Slots);
        arguments.Add(places.Positions);
        arguments.Add(layer);
        arguments.Add(cache.Slots);
        arguments.Add(cache.Context);
        Launch(stream, _qkv, _shape.Width, 3 * _shape.Width, ref arguments);
    }

    /// <summary>The product with [Width, Width] and its bias, added to the residual stream.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="weight">[Width, Width].</param>
    /// <param name="bias">[Width].</param>
    /// <param name="x">[rows, Width] in the type of <see cref="KernelShape.CachedBytes"/>.</param>
    /// <param name="residual">[rows, Width], added to.</param>
    public void Project(CudaStream stream, DeviceMatrix weight, DeviceSpan<float> bias, DeviceSpan<byte> x,
        DeviceSpan<float> residual) =>
        AddTo(stream, _project, _shape.Width, weight, bias, x, residual);

    /// <summary>LayerNorm of the residual stream, the product with [Inner, Width], bias and GELU.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="weight">[Inner, Width].</param>
    /// <param name="bias">[Inner], with LayerNorm's shift in it: <see cref="FoldShiftKernel"/>.</param>
    /// <param name="norm">Applied to the residual stream first; its shift is not read.</param>
    /// <param name="residual">[rows, Width].</param>
    /// <param name="hidden">[rows, Inner] in the type of <see cref="KernelShape.CachedBytes"/>, written.</param>
    public void Expand(
        CudaStream stream, DeviceMatrix weight, DeviceSpan<float> bias, in LayerNormWeights norm, DeviceSpan<float> residual,
        DeviceSpan<byte> hidden)
    {
        var arguments = new KernelArguments();
        Add(ref arguments, weight);
        arguments.Add(bias);
        arguments.Add(norm.Gain);
        arguments.Add(norm.Epsilon);
        arguments.Add(residual);
        arguments.Add(hidden);
        Launch(stream, _expand, _shape.Width, _shape.Inner, ref arguments);
    }

    /// <summary>The product with [Width, Inner] and its bias, added to the residual stream.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="weight">[Width, Inner].</param>
    /// <param name="bias">[Width].</param>
    /// <param name="hidden">[rows, Inner] in the type of <see cref="KernelShape.CachedBytes"/>.</param>
    /// <param name="residual">[rows, Width], added to.</param>
    public void Contract(
        CudaStream stream, DeviceMatrix weight, DeviceSpan<float> bias, DeviceSpan<byte> hidden, DeviceSpan<float> residual) =>
        AddTo(stream, _contract, _shape.Inner, weight, bias, hidden, residual);

    /// <summary>LayerNorm of rows of the residual stream and the product with the embedding.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="embedding">[Vocabulary, Width].</param>
    /// <param name="norm">Applied to the rows first.</param>
    /// <param name="residual">[rows, Width]: the rows whose logits are wanted.</param>
    /// <param name="logits">[rows, <see cref="KernelShape.LogitsStride"/>], the first Vocabulary of each row written.</param>
    public void Logits(
        CudaStream stream, DeviceMatrix embedding, in LayerNormWeights norm, DeviceSpan<float> residual, DeviceSpan<float> logits)
    {
        var arguments = new KernelArguments();
        Add(ref arguments, embedding);
        arguments.Add(norm.Gain);
        arguments.Add(norm.Shift);
        arguments.Add(norm.Epsilon);
        arguments.Add(residual);
        arguments.Add(logits);
        arguments.Add(_shape.Vocabulary);
        Launch(stream, _logits, _shape.Width, _shape.Vocabulary, ref arguments);
    }

    private static void Add(ref KernelArguments arguments, DeviceMatrix matrix)
    {
        arguments.Add(matrix.Elements);
        arguments.Add(matrix.Scales);
    }

    private void AddTo(
        CudaStream stream, Kernel kernel, int columns, DeviceMatrix weight, DeviceSpan<float> bias, DeviceSpan<byte> x,
        DeviceSpan<float> residual)
    {
        var arguments = new KernelArguments();
        Add(ref arguments, weight);
        arguments.Add(bias);
        arguments.Add(x);
        arguments.Add(residual);
        Launch(stream, kernel, columns, _shape.Width, ref arguments);
    }

    private void Launch(CudaStream stream, Kernel kernel, int columns, int outputs, ref KernelArguments arguments)
    {
        arguments.Add(OutputsPerBlock(outputs));
        kernel.Launch(stream, ShapeOf(columns, outputs), ref arguments);
    }

    /// <summary>One block a multiprocessor where there are outputs enough, each with the same number of them.</summary>
    private int OutputsPerBlock(int outputs) => (outputs + _multiprocessors - 1) / _multiprocessors;

    private LaunchShape ShapeOf(int columns, int outputs)
    {
        // R, MAX_WARPS, SEGMENTS, KSPLIT and ROW of kernels/matvec.cu.
        int perRead = KernelShape.RowAlignment / _shape.ElementBytes, rowsAtOnce = _rows <= 2 ? 2 : 4, mostWarps = _rows <= 2 ? 16 : 8;
        int segments = ((_shape.Stride(columns) / perRead) + 31) / 32;
        int splits = segments <= 3 ? 1 : segments <= 6 ? 2 : segments <= 12 ? 4 : 8;
        int perBlock = OutputsPerBlock(outputs);
        int useful = (perBlock + rowsAtOnce - 1) / rowsAtOnce * splits;
        int rowOfX = (segments * 32 * perRead) + (perRead > 4 ? 32 : 0);
        int floats = _rows * (rowOfX + Math.Max(NormWarps, splits * perBlock));
        return new LaunchShape((outputs + perBlock - 1) / perBlock, 32 * Math.Clamp(useful, NormWarps, mostWarps), floats * sizeof(float));
    }
}
