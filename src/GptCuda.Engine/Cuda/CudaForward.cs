using System.Runtime.InteropServices;
using GptCuda.Engine.Backends;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>Forward passes over ragged batches of any length, in pieces of what the workspace has room for.</summary>
internal sealed class CudaForward : IDisposable
{
    private readonly GptConfiguration _configuration;
    private readonly KernelShape _shape;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly CudaWeights _weights;
    private readonly CudaWorkspace _workspace;
    private readonly CudaCache _cache;
    private readonly CudaLayers _layers;
    private readonly PinnedBuffer<int> _staging;
    private readonly CudaEvent _taken;
    private readonly List<QueryTile> _tiles = [];

    public CudaForward(
        GptConfiguration configuration, KernelShape shape, CudaStream stream, CudaKernels kernels, CudaWeights weights,
        CudaWorkspace workspace,
        CudaCache cache, CudaLayers layers)
    {
        _configuration = configuration;
        _shape = shape;
        _stream = stream;
        _kernels = kernels;
        _weights = weights;
        _workspace = workspace;
        _cache = cache;
        _layers = layers;
        _staging = new PinnedBuffer<int>(stream.Context, CudaWorkspace.InputLength(workspace.Tokens));
        try
        {
            _taken = new CudaEvent(stream.Context);
        }
        catch
        {
            _staging.Dispose();
            throw;
        }
    }

    /// <summary>Runs a checked batch and waits for its logits; without any it only queues.</summary>
    /// <param name="batch">Tokens with slots and positions.</param>
    /// <param name="logits">[R, V].</param>
    /// <param name="observer">Sees intermediate values where one is given.</param>
    /// <exception cref="ArgumentException">There is an observer and more tokens than one pass takes.</exception>
    public void Run(RaggedBatch batch, Span<float> logits, IForwardObserver? observer)
    {
        if (observer is not null && batch.Tokens.Length > _workspace.Tokens)
            throw new ArgumentException($"{batch.Tokens.Length} tokens with an observer: it sees passes of at most {_workspace.Tokens}");
        int vocabulary = _configuration.VocabularySize, done = 0;
        for (int first = 0; first < batch.Tokens.Length; first += _workspace.Tokens)
        {
            int count = Math.Min(_workspace.Tokens, batch.Tokens.Length - first);
            bool few = RunLayers(batch, first, count, observer);
            while (true)
            {
                // The wanted rows of this piece, as many at a time as there is room for.
                ReadOnlySpan<int> rows = batch.LogitRows[done..];
                int wanted = 0;
                while (wanted < rows.Length && wanted < CudaWorkspace.LogitRows && rows[wanted] < first + count)
                    wanted++;
                if (wanted == 0)
                    break;
                QueueLogits(rows[..wanted], first, few);
                for (int i = 0; i < wanted; i++)
                    _stream.Download(
                        _workspace.Logits.Slice((long)i * _shape.LogitsStride, vocabulary),
                        logits.Slice((done + i) * vocabulary, vocabulary));
                done += wanted;
            }
        }
        if (observer is not null && done > 0)
            observer.Observe(ForwardPoint.Logits, -1, logits);
    }

    /// <summary>Runs a checked batch and gives the negative log-likelihood of a token after each wanted row.</summary>
    /// <param name="batch">Tokens with slots and positions.</param>
    /// <param name="targets">[R], the tokens that follow.</param>
    /// <param name="likelihoods">[R], in nats.</param>
    /// <exception cref="InvalidDataException">A logit is no number; the message says where.</exception>
    public void Score(RaggedBatch batch, ReadOnlySpan<int> targets, Span<double> likelihoods)
    {
        int done = 0;
        Span<float> found = stackalloc float[CudaWorkspace.LogitRows];
        for (int first = 0; first < batch.Tokens.Length; first += _workspace.Tokens)
        {
            int count = Math.Min(_workspace.Tokens, batch.Tokens.Length - first);
            bool few = RunLayers(batch, first, count, observer: null);
            while (done < batch.LogitRows.Length && batch.LogitRows[done] < first + count)
            {
                int wanted = 1;
                while (wanted < CudaWorkspace.LogitRows && done + wanted < batch.LogitRows.Length
                    && batch.LogitRows[done + wanted] < first + count)
                    wanted++;
                QueueLogits(batch.LogitRows.Slice(done, wanted), first, few);
                DeviceSpan<int> followers = Upload(RowsOffset, targets.Slice(done, wanted));
                DeviceSpan<float> onDevice = _workspace.Likelihoods.Slice(0, wanted);
                _kernels.Likelihood.Launch(_stream, _workspace.Logits, followers, onDevice);
                _stream.Download(onDevice, found[..wanted]);
                for (int i = 0; i < wanted; i++, done++)
                    likelihoods[done] = Checked(found[i], batch.Positions[batch.LogitRows[done]] + 1);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _taken.Dispose();
        _staging.Dispose();
    }

    private int RowsOffset => CudaWorkspace.RowsOffset(_workspace.Tokens);

    private int TilesOffset => CudaWorkspace.TilesOffset(_workspace.Tokens);

    /// <summary>Queues a piece of a batch up to its last block.</summary>
    /// <returns>Whether matrix-vector kernels did it, which leave the last LayerNorm to the logits.</returns>
    private bool RunLayers(RaggedBatch batch, int first, int count, IForwardObserver? observer)
    {
        bool few = count <= _kernels.MostRows;
        int rows = few ? _kernels.RowsOfVariant(count) : count;
        BeginStaging();
        Span<int> staged = _staging.Span;
        int most = _workspace.Tokens;
        batch.Tokens.Slice(first, count).CopyTo(staged);
        batch.Positions.Slice(first, count).CopyTo(staged[most..]);
        batch.Slots.Slice(first, count).CopyTo(staged[(2 * most)..]);
        staged[count..rows].Clear();
        staged.Slice(most + count, rows - count).Clear();
        staged.Slice((2 * most) + count, rows - count).Fill(-1);
        if (!few || observer is not null)
            CutTiles(batch, first, count);
        int tiles = few ? 0 : _tiles.Count;
        CollectionsMarshal.AsSpan(_tiles)[..tiles].CopyTo(MemoryMarshal.Cast<int, QueryTile>(staged[TilesOffset..]));
        // One copy of what is used, gaps included, costs less than three.
        int used = tiles > 0 ? TilesOffset + (4 * tiles) : (2 * most) + rows;
        _stream.Copy(_staging, 0, _workspace.Inputs.Slice(0, used));
        _taken.Record(_stream);

        MarkDead(batch, first, count);
        DeviceSpan<int> tokens = _workspace.Inputs.Slice(0, rows), positions = _workspace.Inputs.Slice(most, rows);
        var places = new RowPlaces(_workspace.Inputs.Slice(2L * most, rows), positions);
        DeviceSpan<float> residual = _workspace.Residual.Slice(0, (long)rows * _configuration.Width);
        _kernels.Embed.Launch(_stream, tokens, positions, _weights.TokenEmbedding, _weights.PositionEmbedding, residual);
        CudaTrace? trace = observer is null ? null : new CudaTrace(observer, _stream, _shape, _cache.Cache, _tiles, count);
        trace?.Point(ForwardPoint.Embedding, -1, residual);
        if (few)
            _layers.RunFew(rows, residual, places, trace);
        else
            _layers.RunMany(rows, residual, places, _workspace.Inputs.Slice(TilesOffset, 4L * tiles).As<QueryTile>(), trace);
        return few;
    }

    /// <summary>Queues the logits of wanted rows, into the first rows of the workspace's.</summary>
    private void QueueLogits(ReadOnlySpan<int> rows, int first, bool few)
    {
        int width = _configuration.Width, count = rows.Length, start = rows[0] - first;
        DeviceSpan<float> logits = _workspace.Logits.Slice(0, (long)count * _shape.LogitsStride);
        bool together = rows[^1] - rows[0] == count - 1;
        if (!few && count > _kernels.MostRows)
        {
            Span<int> places = stackalloc int[CudaWorkspace.LogitRows];
            for (int i = 0; i < count; i++)
                places[i] = rows[i] - first;
            _layers.LogitsOfMany(_workspace.Residual, Upload(RowsOffset, places[..count]), logits);
        }
        else if (together)
        {
            _layers.LogitsOfFew(count, _workspace.Residual.Slice((long)start * width, (long)count * width), logits);
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                _layers.LogitsOfFew(
                    1, _workspace.Residual.Slice((long)(rows[i] - first) * width, width),
                    logits.Slice((long)i * _shape.LogitsStride, _shape.LogitsStride));
            }
        }
    }

    /// <summary>A NaN comes of logits that are no numbers; infinite is a token that cannot be.</summary>
    private static double Checked(float likelihood, int position) => !float.IsNaN(likelihood) ? likelihood : throw new InvalidDataException(
        $"The logits at position {position} are NaN or infinite: a weight of the model is not finite, or its type overflowed");

    private void BeginStaging()
    {
        // The copy of the pass before may still be on its way. Without one the event is done.
        _taken.Synchronize();
    }

    private DeviceSpan<int> Upload(int offset, ReadOnlySpan<int> values)
    {
        BeginStaging();
        values.CopyTo(_staging.Span[offset..]);
        DeviceSpan<int> uploaded = _workspace.Inputs.Slice(offset, values.Length);
        _stream.Copy(_staging, offset, uploaded);
        _taken.Record(_stream);
        return uploaded;
    }

    /// <summary>Cuts a piece of a batch into runs of one sequence that a block of the attention kernel takes.</summary>
    private void CutTiles(RaggedBatch batch, int first, int count)
    {
        _tiles.Clear();
        int most = _kernels.QueriesPerTile;
        for (int i = 0; i < count;)
        {
            int slot = batch.Slots[first + i], length = 1;
            while (length < most && i + length < count && batch.Slots[first + i + length] == slot)
                length++;
            _tiles.Add(new QueryTile(i, length, slot, batch.Positions[first + i]));
            i += length;
        }
    }

    /// <summary>Where errors are looked for: what no kernel may read any more becomes NaN.</summary>
    private void MarkDead(RaggedBatch batch, int first, int count)
    {
        if (!_workspace.IsSeparate)
            return;
        for (int i = first; i < first + count; i++)
        {
            if (batch.Positions[i] == 0)
                _cache.MarkDead(_stream, batch.Slots[i]);
        }
        _workspace.MarkDead(_stream);
    }
}
