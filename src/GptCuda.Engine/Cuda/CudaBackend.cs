using GptCuda.Engine.Backends;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Blas;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>Runs a model on an NVIDIA GPU.</summary>
/// <remarks>
/// Everything is queued on one stream. Up to 8 rows go through matrix-vector kernels, which stream each weight once; more through
/// cuBLAS. A decode step is one graph, sampling included; the next one sets out before the host has read the ids of this one. A backend
/// is used by one thread at a time.
/// </remarks>
public sealed class CudaBackend : IBackend
{
    private readonly Stack<IDisposable> _owned;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly CudaCache _cache;
    private readonly CudaForward _forward;
    private readonly CudaDecode _decode;
    private readonly BatchCheck _check;
    private readonly int[] _tokens, _slots, _positions;
    private bool _disposed;

    private CudaBackend(IWeightSource source, CudaLibraries libraries, CudaOptions options, Stack<IDisposable> owned)
    {
        _owned = owned;
        Configuration = source.Configuration;
        _context = Own(new CudaContext(libraries.Driver, options.Device));
        options.Done?.Invoke("context");
        CudaDevice device = _context.Device;
        WeightType = MatrixTypes.Choose(options.WeightType, device);
        if (Configuration.HeadSize > MostHeadSize)
            throw new NotSupportedException(
                $"{source.Location} has heads of {Configuration.HeadSize} channels; the kernels take at most {MostHeadSize}");
        if (!device.SupportsCooperativeLaunch)
            throw new NotSupportedException($"{device.Name} cannot run a grid whose blocks wait for one another, which sampling needs");
        var shape = new KernelShape(
            Configuration.Width, Configuration.HeadCount, Configuration.HeadSize, Configuration.InnerSize, Configuration.VocabularySize,
            MatrixTypes.Of(WeightType));
        var compiler = new KernelCompiler(_context, libraries.Nvrtc, options.Sources, options.ImageCache);
        _kernels = Own(new CudaKernels(_context, compiler, shape, options.SlotCount ?? options.SlotLimit));
        options.Done?.Invoke(compiler.CompiledCount == 0 ? "kernels from the cache" : $"kernels, {compiler.CompiledCount} compiled");

        Memory = Plan(source, shape, options);
        string name = $"device {options.Device}, {device.Name}";
        long free = _context.Memory().Free;
        Memory.ThrowIfTooMuch(source.Location, WeightType, name, free);
        options.Notice?.Invoke(Memory.Describe(name, WeightType, free));

        _stream = Own(new CudaStream(_context));
        CudaWeights weights;
        using (var loader = new CudaWeightLoader(source, _context, _stream, compiler, shape))
            weights = Own(CudaWeights.Load(source, _context, shape, loader));
        options.Done?.Invoke("weights");
        _cache = Own(new CudaCache(_context, _stream, Configuration, shape, Memory.SlotCount));
        CudaWorkspace workspace = Own(CudaWorkspace.Allocate(_context, Configuration, shape, _kernels.AttentionDecode, Memory.SlotCount));
        _stream.FillBytes(workspace.Tickets, 0);
        RowMajorGemm gemm = Own(new RowMajorGemm(_stream, () => libraries.Cublas));
        var layers = new CudaLayers(Configuration, shape, _stream, _kernels, weights, workspace, _cache.Cache, gemm);
        _forward = Own(new CudaForward(Configuration, shape, _stream, _kernels, weights, workspace, _cache, layers));
        _decode = Own(new CudaDecode(Configuration, shape, _stream, _kernels, weights, workspace, layers, Memory.SlotCount));
        _check = new BatchCheck(Configuration, Memory.SlotCount);
        _tokens = new int[Memory.SlotCount];
        _slots = new int[Memory.SlotCount];
        _positions = new int[Memory.SlotCount];
        options.Done?.Invoke("cache and workspace");
        Description = $"cuda:{options.Device}, {device.Name}, {WeightType.ToString().ToLowerInvariant()}";
    }

    /// <summary>The most channels of a head.</summary>
    public const int MostHeadSize = 256;

    /// <inheritdoc/>
    public GptConfiguration Configuration { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int SlotCount => Memory.SlotCount;

    /// <summary>How matrices are held.</summary>
    public ElementType WeightType { get; }

    /// <summary>What it takes of the GPU's memory.</summary>
    public CudaMemory Memory { get; }

    /// <summary>Uploads a model's weights and makes a backend of them.</summary>
    /// <param name="source">The weights; read here only, and not disposed.</param>
    /// <param name="libraries">The driver, NVRTC and cuBLAS.</param>
    /// <param name="options">How to hold and run the model; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such GPU, or an option is out of range.</exception>
    /// <exception cref="NotSupportedException">The GPU is too old, or lacks the type; the message says what serves.</exception>
    /// <exception cref="InsufficientMemoryException">The model and its cache do not fit; the message has the numbers.</exception>
    /// <exception cref="InvalidDataException">A weight is out of the range of the type; what the source throws passes through.</exception>
    /// <exception cref="Kernels.Errors.NvrtcException">A kernel does not compile.</exception>
    /// <exception cref="Kernels.Errors.CudaException">The driver failed.</exception>
    public static CudaBackend Create(IWeightSource source, CudaLibraries libraries, CudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(libraries);
        options ??= new CudaOptions();
        if (options.SlotCount is { } slots)
            ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1, nameof(options));
        var owned = new Stack<IDisposable>();
        try
        {
            return new CudaBackend(source, libraries, options, owned);
        }
        catch
        {
            Free(owned);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="Kernels.Errors.CudaException">The driver failed, or the context is lost.</exception>
    public void Forward(RaggedBatch batch, Span<float> logits, IForwardObserver? observer = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _check.Check(batch, logits.Length);
        _check.Retreat(batch);
        _decode.Abandon(batch.Slots);
        _forward.Run(batch, logits, observer);
        _check.Advance(batch);
    }

    /// <inheritdoc/>
    /// <exception cref="Kernels.Errors.CudaException">The driver failed, or the context is lost.</exception>
    public void Score(RaggedBatch batch, ReadOnlySpan<int> targets, Span<double> likelihoods)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _check.CheckTargets(batch, targets, likelihoods.Length);
        _check.Check(batch, checked(targets.Length * Configuration.VocabularySize));
        _check.Retreat(batch);
        _decode.Abandon(batch.Slots);
        _forward.Score(batch, targets, likelihoods);
        _check.Advance(batch);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// A logit is NaN or plus infinity, or all are minus infinity; the message says where.
    /// </exception>
    /// <exception cref="Kernels.Errors.CudaException">The driver failed, or the context is lost.</exception>
    public void Decode(ReadOnlySpan<DecodeRow> rows, Span<int> sampled)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (sampled.Length != rows.Length)
            throw new ArgumentException($"room for {sampled.Length} sampled tokens of {rows.Length} sequences");
        if (rows.Length > SlotCount)
            throw new ArgumentException($"{rows.Length} sequences in a step: there are {SlotCount} slots");
        for (int i = 0; i < rows.Length; i++)
            (_tokens[i], _slots[i], _positions[i]) = (rows[i].Token, rows[i].Slot, rows[i].Position);
        var batch = new RaggedBatch
        {
            Tokens = _tokens.AsSpan(0, rows.Length),
            Slots = _slots.AsSpan(0, rows.Length),
            Positions = _positions.AsSpan(0, rows.Length),
            LogitRows = [],
        };
        _check.CheckDistinct(batch.Slots);
        _check.Check(batch, logitCount: 0);
        _check.Retreat(batch);
        _decode.Run(rows, sampled);
        _check.Advance(batch);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// A slot is out of range, or the source holds fewer positions; the message has the values.
    /// </exception>
    /// <exception cref="Kernels.Errors.CudaException">The driver failed, or the context is lost.</exception>
    public void CopySlot(int source, int destination, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _check.CheckCopy(source, destination, length);
        if (source == destination || length == 0)
            return;
        _decode.Abandon([destination]);
        _kernels.CopySlot.Launch(_stream, _cache.Cache, Configuration.LayerCount, source, destination, length);
    }

    /// <summary>Frees the GPU's memory. Not to be called while another call runs.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            // A step that nobody reads any more may be under way, and writes to pinned memory, which the driver frees without waiting.
            if (_context.Fault is null)
                _stream.Synchronize();
        }
        catch (CudaException)
        {
            // Whoever disposes wants nothing of the GPU but its memory back.
        }
        Free(_owned);
    }

    private static void Free(Stack<IDisposable> owned)
    {
        while (owned.TryPop(out IDisposable? resource))
            resource.Dispose();
    }

    private CudaMemory Plan(IWeightSource source, KernelShape shape, CudaOptions options)
    {
        long weights = CudaWeights.TotalBytes(Configuration, shape), perSlot = CudaCache.SlotBytes(Configuration, shape);
        int blas = RowMajorGemm.WorkspaceBytes(_context.Device.ComputeCapability);
        long Workspace(int slots) => CudaWorkspace.TotalBytes(Configuration, shape, _kernels.AttentionDecode, slots) + blas;
        int slots = options.SlotCount
            ?? (int)Math.Clamp((_context.Memory().Free - weights - Workspace(options.SlotLimit)) / 2 / perSlot, 1, options.SlotLimit);
        return new CudaMemory(weights, perSlot, slots, Workspace(slots), CudaWeightLoader.StagingBytes(source));
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
