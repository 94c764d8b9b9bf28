using System.Runtime.Intrinsics;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu;

/// <summary>Runs a model on the processor's vector units.</summary>
/// <remarks>
/// Results are the same bits for any number of threads, any batch, cached or recomputed, and any instruction set: a sum is one
/// chain of fused multiply-adds in a fixed order. The weights are converted at creation, and their source is not needed after
/// it. A backend is used by one thread at a time; its own threads sleep while nothing runs.
/// </remarks>
public sealed unsafe class CpuBackend : IBackend
{
    private readonly KeyValueCache _cache;
    private readonly WorkerPool _pool;
    private readonly CpuForward _forward;
    private readonly BatchCheck _check;
    private readonly DecodeStep _decode;
    private readonly ScoreStep _score;
    private CpuWeights _weights;
    private IWeightSource? _source;
    private bool _passed;
    private bool _disposed;

    private CpuBackend(
        GptConfiguration configuration,
        CpuOptions options,
        CpuWeights weights,
        IWeightSource? source,
        KeyValueCache cache,
        WorkerPool pool,
        VectorWidth width)
    {
        _source = source;
        Configuration = configuration;
        Options = options;
        _weights = weights;
        _pool = pool;
        _cache = cache;
        _forward = width switch
        {
            VectorWidth.Bits512 => new VectorForward<Lanes512, Vector512<float>>(configuration, weights, _cache, pool),
            VectorWidth.Bits256 => new VectorForward<Lanes256, Vector256<float>>(configuration, weights, _cache, pool),
            VectorWidth.Bits128 => new VectorForward<Lanes128, Vector128<float>>(configuration, weights, _cache, pool),
            _ => new VectorForward<LanesScalar, float>(configuration, weights, _cache, pool),
        };
        _check = new BatchCheck(configuration, options.SlotCount);
        _decode = new DecodeStep(configuration.VocabularySize, pool);
        _score = new ScoreStep(configuration.VocabularySize, pool);
    }

    /// <inheritdoc/>
    public GptConfiguration Configuration { get; }

    /// <summary>How the model is held and run.</summary>
    public CpuOptions Options { get; }

    /// <inheritdoc/>
    public string Description =>
        $"CPU, {Options.Threads} {(Options.Threads == 1 ? "thread" : "threads")}, {_forward.VectorName}, "
        + Options.WeightType.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public int SlotCount => Options.SlotCount;

    /// <summary>Converts a model's weights and makes a backend of them.</summary>
    /// <param name="source">The weights; read here only, and not disposed.</param>
    /// <param name="options">How to hold and run the model; by default f32 on all processors with one slot.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">The model and its cache do not fit; the message has the sizes.</exception>
    /// <exception cref="InvalidDataException">A weight is out of the range of the type; what the source throws passes through.</exception>
    public static CpuBackend Create(IWeightSource source, CpuOptions? options = null) =>
        Create(source, options ?? new CpuOptions(), VectorWidths.Widest);

    /// <summary>
    /// Makes a backend that owns its source. Where that has all weights as f32 in mapped files and they are to be held so, the first
    /// pass runs on them in place, and the second lays them out: whoever wants one token does not wait for what speeds up many.
    /// </summary>
    /// <param name="source">The weights; disposed by the backend, or here when this throws.</param>
    /// <param name="options">How to hold and run the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">The model and its cache do not fit; the message has the sizes.</exception>
    /// <exception cref="InvalidDataException">A weight is out of the range of the type; what the source throws passes through.</exception>
    internal static CpuBackend CreateOwning(IWeightSource source, CpuOptions options) => CreateOwning(source, options, VectorWidths.Widest);

    /// <summary>The same for one vector width.</summary>
    internal static CpuBackend CreateOwning(IWeightSource source, CpuOptions options, VectorWidth width)
    {
        CpuWeights? mapped = null;
        try
        {
            mapped = options.WeightType == ElementType.F32 ? CpuWeights.TryMap(source) : null;
            CpuBackend backend = Create(source, options, width, mapped);
            if (mapped is null)
                source.Dispose();
            return backend;
        }
        catch
        {
            mapped?.Dispose();
            source.Dispose();
            throw;
        }
    }

    /// <summary>Creates a backend for one vector width, in software where the processor lacks it.</summary>
    internal static CpuBackend Create(IWeightSource source, CpuOptions options, VectorWidth width) =>
        Create(source, options, width, mapped: null);

    private static CpuBackend Create(IWeightSource source, CpuOptions options, VectorWidth width, CpuWeights? mapped)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SlotCount, 1);
        CpuMemory.Of(source.Configuration, options).ThrowIfTooMuch(source.Location, options.WeightType);

        var pool = new WorkerPool(options.Threads);
        CpuWeights? weights = mapped;
        KeyValueCache? cache = null;
        try
        {
            weights ??= CpuWeights.Load(source, options.WeightType, pool);
            cache = new KeyValueCache(source.Configuration, options.SlotCount);
            return new CpuBackend(source.Configuration, options, weights, mapped is null ? null : source, cache, pool, width);
        }
        catch
        {
            cache?.Dispose();
            weights?.Dispose();
            pool.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Forward(RaggedBatch batch, Span<float> logits, IForwardObserver? observer = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _check.Check(batch, logits.Length);
        if (_passed && _source is not null)
            LayOut(_source);
        _passed = true;
        _check.Retreat(batch);
        fixed (float* destination = logits)
            _forward.Run(batch, destination, observer);
        _check.Advance(batch);
    }

    /// <inheritdoc/>
    public void Score(RaggedBatch batch, ReadOnlySpan<int> targets, Span<double> likelihoods)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _check.CheckTargets(batch, targets, likelihoods.Length);
        Forward(batch, _score.Logits(targets.Length));
        _score.Score(batch, targets, likelihoods);
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<DecodeRow> rows, Span<int> sampled)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (sampled.Length != rows.Length)
            throw new ArgumentException($"room for {sampled.Length} sampled tokens of {rows.Length} sequences");
        RaggedBatch batch = _decode.Prepare(rows);
        _check.CheckDistinct(batch.Slots);
        Forward(batch, _decode.Logits);
        _decode.Sample(rows, sampled);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// A slot is out of range, or the source holds fewer positions; the message has the values.
    /// </exception>
    public void CopySlot(int source, int destination, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _check.CheckCopy(source, destination, length);
        if (source != destination)
            _cache.Copy(source, destination, length);
    }

    /// <summary>Frees the weights and the cache and ends the threads. Not to be called while another call runs.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _pool.Dispose();
        _forward.Dispose();
        _decode.Dispose();
        _score.Dispose();
        _cache.Dispose();
        _weights.Dispose();
        _source?.Dispose();
    }

    /// <summary>Puts panels in the place of the mapped files.</summary>
    private void LayOut(IWeightSource source)
    {
        var panels = CpuWeights.Load(source, Options.WeightType, _pool);
        _forward.Use(panels);
        _weights.Dispose();
        _weights = panels;
        _source = null;
        source.Dispose();
    }
}
