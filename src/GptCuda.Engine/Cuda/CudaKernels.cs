using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;

namespace GptCuda.Engine.Cuda;

/// <summary>
/// The kernels of one model on one GPU, compiled for its shape. All are loaded at once, in parallel, before anything is captured.
/// </summary>
internal sealed class CudaKernels : IDisposable
{
    private readonly CudaContext _context;
    private readonly KernelShape _shape;
    private readonly KernelModule[] _modules;
    private readonly KernelModule _sample;
    private readonly List<(int Rows, MatrixVectorKernels Kernels)> _matrixVector = [];
    private readonly Dictionary<int, SampleKernel> _samples = [];

    /// <param name="context">The GPU.</param>
    /// <param name="compiler">Compiles for it.</param>
    /// <param name="shape">The model's shape.</param>
    /// <param name="sequences">The most sequences of a decode step.</param>
    /// <exception cref="NotSupportedException">Not even one vector fits a block of this GPU.</exception>
    public CudaKernels(CudaContext context, KernelCompiler compiler, KernelShape shape, int sequences)
    {
        _context = context;
        _shape = shape;
        // A decode step has one of these numbers of rows; short prompts take the last.
        int[] rows = [.. ((int[])[1, 2, 4]).Where(count => count == 1 || count < 2 * sequences), 8];
        List<KernelVariant> variants =
        [
            EmbedKernel.Variant(shape), AttentionDecodeKernel.Variant(shape), SampleKernel.Variant(shape), CopySlotKernel.Variant(shape),
            LayerNormKernel.Variant(shape), EpilogueKernels.Variant(shape), LikelihoodKernel.Variant(shape),
            AttentionPrefillKernel.Variant(shape),
            .. rows.Select(count => MatrixVectorKernels.Variant(shape, count)),
        ];
        if (shape.Type == MatrixType.Int8)
            variants.Add(ExpandKernel.Variant());
        _modules = compiler.Load(variants);
        try
        {
            Embed = new EmbedKernel(_modules[0], shape);
            AttentionDecode = new AttentionDecodeKernel(context, _modules[1], shape);
            _sample = _modules[2];
            CopySlot = new CopySlotKernel(_modules[3], shape);
            LayerNorm = new LayerNormKernel(_modules[4], shape);
            Epilogue = new EpilogueKernels(_modules[5], shape);
            Likelihood = new LikelihoodKernel(_modules[6]);
            AttentionPrefill = new AttentionPrefillKernel(_modules[7], shape);
            QueriesPerTile = AttentionPrefillKernel.QueriesPerTile(shape);
            if (shape.Type == MatrixType.Int8)
                Expand = new ExpandKernel(_modules[^1]);
            for (int i = 0; i < rows.Length; i++)
            {
                if (!TryAdd(rows[i], _modules[8 + i]))
                    break;
            }
            MostRows = _matrixVector.Count > 0 ? _matrixVector[^1].Rows : throw new NotSupportedException(
                $"A vector of {Math.Max(shape.Width, shape.Inner)} channels does not fit in a block's shared memory "
                + $"on {context.Device.Name}, "
                + $"{context.Device.SharedBytesPerBlockOptIn} bytes.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EmbedKernel Embed { get; }

    public AttentionDecodeKernel AttentionDecode { get; }

    public AttentionPrefillKernel AttentionPrefill { get; }

    public CopySlotKernel CopySlot { get; }

    public LayerNormKernel LayerNorm { get; }

    public EpilogueKernels Epilogue { get; }

    public LikelihoodKernel Likelihood { get; }

    /// <summary>The most tokens of a tile of <see cref="AttentionPrefill"/>.</summary>
    public int QueriesPerTile { get; }

    /// <summary>int8 matrices to f16; null for other types.</summary>
    public ExpandKernel? Expand { get; }

    /// <summary>The most rows that the matrix-vector kernels take; more go through cuBLAS.</summary>
    public int MostRows { get; }

    /// <summary>The number of rows, at least as many, that matrix-vector kernels were compiled for.</summary>
    /// <param name="rows">From 1 to <see cref="MostRows"/>.</param>
    public int RowsOfVariant(int rows) => _matrixVector.Find(variant => variant.Rows >= rows).Rows;

    /// <summary>The kernels for exactly so many rows, one of those that <see cref="RowsOfVariant"/> gives.</summary>
    public MatrixVectorKernels MatrixVector(int rows) => _matrixVector.Find(variant => variant.Rows == rows).Kernels;

    /// <summary>The most rows, a number of a variant, that are no more than so many.</summary>
    public int LargestVariantWithin(int rows) => _matrixVector.FindLast(variant => variant.Rows <= rows).Rows;

    /// <summary>The sampling kernel for so many sequences.</summary>
    /// <exception cref="NotSupportedException">Not even one sequence's blocks run at once on this GPU.</exception>
    public SampleKernel Sample(int rows)
    {
        if (!_samples.TryGetValue(rows, out SampleKernel? kernel))
            _samples.Add(rows, kernel = new SampleKernel(_context, _sample, _shape, rows));
        return kernel;
    }

    public void Dispose()
    {
        foreach (KernelModule module in _modules)
            module.Dispose();
    }

    private bool TryAdd(int rows, KernelModule module)
    {
        try
        {
            _matrixVector.Add((rows, new MatrixVectorKernels(_context, module, _shape, rows)));
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            // So many vectors do not fit in this GPU's shared memory: fewer at a time.
            return false;
        }
    }
}
