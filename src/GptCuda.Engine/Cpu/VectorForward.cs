using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu;

/// <summary>The forward pass: a sequence of loops shared by the threads of a pool, each a matrix product or a step between two.</summary>
/// <remarks>
/// Its memory is made at construction and whenever a batch has more rows than any before; otherwise a pass allocates nothing.
/// </remarks>
internal sealed unsafe partial class VectorForward<TLanes, TVector> : CpuForward
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private readonly GptConfiguration _configuration;
    private readonly KeyValueCache _cache;
    private readonly WorkerPool _pool;
    private readonly WorkerScratch _scratch;
    private readonly ForwardBuffers _buffers;
    private readonly MatrixProduct<TLanes, TVector> _product;
    private readonly Action<int, int> _embed, _normalize, _pack, _append, _attend;

    private CpuWeights _weights;

    // What the loop that is running works on.
    private int _rows, _tiles, _layer;
    private NormWeights _norm;
    private int _normRows;
    private int* _normIndex;

    public VectorForward(GptConfiguration configuration, CpuWeights weights, KeyValueCache cache, WorkerPool pool)
    {
        _configuration = configuration;
        _weights = weights;
        _cache = cache;
        _pool = pool;
        _scratch = new WorkerScratch(pool.ThreadCount, ScratchLength(configuration));
        _buffers = new ForwardBuffers(configuration);
        _product = new MatrixProduct<TLanes, TVector>(pool, _scratch);
        (_embed, _normalize, _pack, _append, _attend) = (EmbedRow, NormalizeTile, PackTile, AppendTile, AttendTile);
    }

    /// <inheritdoc/>
    public override string VectorName => TLanes.Name;

    /// <summary>Numbers of scratch memory that a thread needs, whatever loop it runs.</summary>
    public static int ScratchLength(GptConfiguration configuration) => Math.Max(
        TLanes.TileRows * configuration.Width,
        Math.Max(
            MatrixProduct<TLanes, TVector>.ScratchLength(Math.Max(configuration.Width, configuration.InnerSize)),
            Attention<TLanes, TVector>.ScratchLength(configuration.ContextLength, configuration.HeadSize)));

    /// <inheritdoc/>
    public override void Run(RaggedBatch batch, float* logits, IForwardObserver? observer)
    {
        int chunkRows = observer is null ? ForwardBuffers.ChunkRows : batch.Tokens.Length;
        for (int first = 0, done = 0; first < batch.Tokens.Length; first += chunkRows)
        {
            int rows = Math.Min(chunkRows, batch.Tokens.Length - first);
            _buffers.EnsureRows(rows);
            batch.Tokens.Slice(first, rows).CopyTo(new Span<int>(_buffers.Tokens, rows));
            batch.Slots.Slice(first, rows).CopyTo(new Span<int>(_buffers.Slots, rows));
            batch.Positions.Slice(first, rows).CopyTo(new Span<int>(_buffers.Positions, rows));
            int wanted = 0;
            for (int next = done; next < batch.LogitRows.Length && batch.LogitRows[next] < first + rows; next++)
                _buffers.LogitRows[wanted++] = batch.LogitRows[next] - first;

            RunChunk(rows, wanted, logits + ((long)done * _configuration.VocabularySize), observer);
            done += wanted;
        }
    }

    /// <inheritdoc/>
    public override void Use(CpuWeights weights) => _weights = weights;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _buffers.Dispose();
        _scratch.Dispose();
    }

    private void RunChunk(int rows, int wanted, float* logits, IForwardObserver? observer)
    {
        int width = _configuration.Width, inner = _configuration.InnerSize;
        _rows = rows;
        CutTiles();
        _pool.For(rows, _embed);
        observer?.Observe(ForwardPoint.Embedding, -1, Residual);

        int* logitRows = _buffers.LogitRows;
        for (_layer = 0; _layer < _weights.Layers.Count; _layer++)
        {
            LayerWeights layer = _weights.Layers[_layer];
            Normalize(layer.AttentionNorm, rows, null);
            _product.Run(_buffers.Packed, rows, layer.QueryKeyValue, Finish.Store, _buffers.QueryKeyValue, 3 * width);
            if (observer is not null)
                ObserveQueryKeyValue(observer);
            _pool.For(_tiles, _append);
            if (_layer == _weights.Layers.Count - 1 && observer is null)
            {
                // Nothing after the last layer's keys and values depends on the rows whose logits nobody wants.
                KeepLogitRows(wanted);
                rows = wanted;
                logitRows = null;
                if (rows == 0)
                    return;
            }

            _pool.For(_tiles * _configuration.HeadCount, _attend);
            observer?.Observe(ForwardPoint.Attention, _layer, new ReadOnlySpan<float>(_buffers.Attention, rows * width));
            _product.Run(PackAttention(), rows, layer.AttentionProjection, Finish.AddTo, _buffers.Residual, width);
            observer?.Observe(ForwardPoint.ResidualAfterAttention, _layer, Residual);

            Normalize(layer.MlpNorm, rows, null);
            _product.Run(_buffers.Packed, rows, layer.MlpExpansion, Finish.Gelu, _buffers.Inner, inner);
            _product.Run(_buffers.Inner, rows, layer.MlpProjection, Finish.AddTo, _buffers.Residual, width);
            observer?.Observe(ForwardPoint.ResidualAfterMlp, _layer, Residual);
        }

        if (wanted == 0)
            return;
        int vocabulary = _configuration.VocabularySize;
        Normalize(_weights.FinalNorm, wanted, logitRows);
        _product.Run(_buffers.Packed, wanted, _weights.OutputEmbedding, Finish.StoreScaled, logits, vocabulary);
        observer?.Observe(ForwardPoint.Logits, -1, new ReadOnlySpan<float>(logits, checked(wanted * vocabulary)));
    }
}
