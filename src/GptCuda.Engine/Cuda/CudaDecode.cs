using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>
/// Decode steps as graphs, one for each power of two of sequences, with sampling and the next step's embedding in them. Whatever changes
/// from step to step is in device memory and changed there, so the next step sets out before the host has seen this one's tokens.
/// </summary>
/// <remarks>
/// While the same sequences go on, a step is a graph launch, a copy of the sampled ids to pinned memory and the wait for the step before
/// it. When a sequence joins, or leaves by a rule that the device does not know, what is under way is thrown away: the host's state is
/// sent and the step computed again, which writes the same keys and values to the same places.
/// </remarks>
internal sealed class CudaDecode : IDisposable
{
    private readonly KernelShape _shape;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly CudaWeights _weights;
    private readonly CudaWorkspace _workspace;
    private readonly CudaLayers _layers;
    private readonly DecodeFlight _flight;
    private readonly PinnedBuffer<int> _state, _sampled;
    private readonly PinnedBuffer<SampleSettings> _settings;
    private readonly PinnedBuffer<uint> _seen;
    private readonly CudaEvent[] _done;
    private readonly CudaGraphInstance?[] _graphs = new CudaGraphInstance?[32];
    private readonly int _lastPosition;
    private bool _prepared;
    private int _bucket;

    /// <summary>
    /// Steps queued and not yet read, at most two; the number of the next to read. Even and odd ones have their own memory.
    /// </summary>
    private int _ahead, _next;

    public CudaDecode(
        GptConfiguration configuration, KernelShape shape, CudaStream stream, CudaKernels kernels, CudaWeights weights,
        CudaWorkspace workspace,
        CudaLayers layers, int slots)
    {
        _shape = shape;
        _stream = stream;
        _kernels = kernels;
        _weights = weights;
        _workspace = workspace;
        _layers = layers;
        _flight = new DecodeFlight(workspace.Sequences, slots, configuration.ContextLength);
        _lastPosition = configuration.ContextLength - 1;
        int most = workspace.Sequences;
        _done = new CudaEvent[2];
        try
        {
            _state = new PinnedBuffer<int>(stream.Context, 3 * most);
            _sampled = new PinnedBuffer<int>(stream.Context, 2 * most);
            _settings = new PinnedBuffer<SampleSettings>(stream.Context, most);
            _seen = new PinnedBuffer<uint>(stream.Context, most * SampleKernel.SeenWords(shape));
            for (int i = 0; i < _done.Length; i++)
                _done[i] = new CudaEvent(stream.Context);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Samples the next token of each sequence of a checked step.</summary>
    /// <exception cref="InvalidDataException">
    /// A logit is NaN or plus infinity, or all are minus infinity; the message says where.
    /// </exception>
    public void Run(ReadOnlySpan<DecodeRow> rows, Span<int> sampled)
    {
        // Fewer sequences than half a bucket: a smaller one is worth starting anew.
        if (_ahead == 0 || !_flight.Continues(rows) || rows.Length <= _bucket / 2)
            Begin(rows);
        if (_ahead == 1 && _flight.GoesOn())
            Queue();
        int step = _next & 1;
        _done[step].Synchronize();
        _next++;
        _ahead--;
        ReadOnlySpan<int> found = _sampled.Span.Slice(step * _workspace.Sequences, _bucket);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = _flight.RowOf(rows[i].Slot), token = found[row];
            if (token < 0)
                throw Invalid(row, (SampleOutcome)token);
            sampled[i] = token;
            _flight.Advance(row, token);
        }
    }

    /// <summary>
    /// Forgets what is under way where it reads one of these slots: their keys and values are about to change beneath it.
    /// </summary>
    public void Abandon(ReadOnlySpan<int> slots)
    {
        foreach (int slot in slots)
        {
            if (_flight.RowOf(slot) < 0)
                continue;
            Abandon();
            return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CudaGraphInstance? graph in _graphs)
            graph?.Dispose();
        foreach (CudaEvent? done in _done)
            done?.Dispose();
        _seen?.Dispose();
        _settings?.Dispose();
        _sampled?.Dispose();
        _state?.Dispose();
    }

    private void Abandon()
    {
        _flight.Clear();
        _ahead = 0;
    }

    private DeviceSpan<int> Tokens(int rows) => _workspace.StepState.Slice(0, rows);

    private RowPlaces Places(int rows) => new(
        _workspace.StepState.Slice(2L * _workspace.Sequences, rows), _workspace.StepState.Slice(_workspace.Sequences, rows));

    /// <summary>Sends the state of a step's sequences and queues it.</summary>
    private void Begin(ReadOnlySpan<DecodeRow> rows)
    {
        // What is under way may still be reading the state, and its copies the memory that is written here.
        if (_ahead > 0)
            _done[(_next + _ahead - 1) & 1].Synchronize();
        _bucket = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows.Length);
        _ahead = 0;
        // First, for it runs a step of its own when it is new.
        CudaGraphInstance graph = GraphOf(_bucket);
        int most = _workspace.Sequences, words = SampleKernel.SeenWords(_shape);
        Span<int> state = _state.Span;
        state.Clear();
        state.Slice(2 * most, most).Fill(-1);
        for (int i = 0; i < rows.Length; i++)
        {
            DecodeRow row = rows[i];
            (state[i], state[most + i], state[(2 * most) + i]) = (row.Token, row.Position, row.Slot);
            _settings.Span[i] = Settings(row);
            if (row.Sampling.Options.RepetitionPenalty == 1)
                continue;
            Span<uint> seen = _seen.Span.Slice(i * words, words);
            seen.Clear();
            foreach (int token in row.Sampling.Seen)
                seen[token / 32] |= 1u << (token % 32);
            _stream.Copy(_seen, i * words, _workspace.Seen.Slice((long)i * words, words));
        }
        _stream.Copy(_state, 0, _workspace.StepState);
        _stream.Copy(_settings, 0, _workspace.Settings.Slice(0, rows.Length));
        _flight.Begin(rows);
        QueueEmbedding(_bucket);
        Queue(graph);
    }

    private void Queue() => Queue(GraphOf(_bucket));

    private void Queue(CudaGraphInstance graph)
    {
        int step = (_next + _ahead) & 1;
        graph.Launch(_stream);
        _stream.Copy(_workspace.Sampled.Slice(0, _bucket), _sampled, step * _workspace.Sequences);
        _done[step].Record(_stream);
        _ahead++;
    }

    private SampleSettings Settings(in DecodeRow row)
    {
        SamplingOptions options = row.Sampling.Options;
        return new SampleSettings(
            row.Sampling.Seed, Sampler.Share(options.TopP), (ulong)((double)options.MinP * TokenWeight.One), options.RepetitionPenalty,
            options.Temperature == 0 ? 1 : TokenWeight.Scale(options.Temperature), (uint)options.TopK, row.Sampling.Sequence,
            options.Greedy || options.Temperature == 0 ? 1u : 0, options.TopPRule == TopPRule.OpenAI ? 1u : 0, row.EndOfText,
            Math.Min(row.LastPosition, _lastPosition));
    }

    private CudaGraphInstance GraphOf(int bucket)
    {
        int index = System.Numerics.BitOperations.Log2((uint)bucket);
        return _graphs[index] ??= Capture(bucket);
    }

    /// <summary>
    /// Runs a step eagerly for rows without sequences, so that whatever is loaded at a first use is, and then records it.
    /// </summary>
    private CudaGraphInstance Capture(int bucket)
    {
        if (!_prepared)
            Prepare();
        int most = _workspace.Sequences;
        _stream.FillBytes(_workspace.StepState.Slice(0, 2L * most), 0);
        _stream.FillBytes(_workspace.StepState.Slice(2L * most, most), 0xFF);
        QueueEmbedding(bucket);
        QueueStep(bucket);
        using CaptureScope capture = _stream.BeginCapture();
        QueueStep(bucket);
        using CudaGraph graph = capture.End();
        return graph.Instantiate($"decode {bucket}");
    }

    private void Prepare()
    {
        SampleKernel.Prepare(_stream, _workspace.SampleWorkspace);
        _stream.FillBytes(_workspace.Settings, 0);
        _stream.FillBytes(_workspace.Seen, 0);
        _prepared = true;
    }

    private void QueueEmbedding(int rows) => _kernels.Embed.Launch(
        _stream, Tokens(rows), Places(rows).Positions, _weights.TokenEmbedding, _weights.PositionEmbedding, Residual(rows));

    /// <summary>Queues everything from the embedded tokens to the next ones, sampled and embedded.</summary>
    private void QueueStep(int rows)
    {
        DeviceSpan<float> residual = Residual(rows), logits = _workspace.Logits.Slice(0, (long)rows * _shape.LogitsStride);
        if (rows <= _kernels.MostRows)
        {
            _layers.RunFew(rows, residual, Places(rows), trace: null);
            _layers.LogitsOfFew(rows, residual, logits);
        }
        else
        {
            _layers.RunMany(rows, residual, Places(rows), tiles: default, trace: null);
            _layers.LogitsOfNormalized(rows, logits);
        }
        var state = new SampleState(
            _workspace.Settings.Slice(0, rows), _workspace.Seen, _workspace.SampleWorkspace, Tokens(rows), Places(rows),
            _workspace.Sampled.Slice(0, rows));
        _kernels.Sample(rows).Launch(_stream, logits, state, _weights.TokenEmbedding, _weights.PositionEmbedding, residual);
    }

    private DeviceSpan<float> Residual(int rows) => _workspace.StepResidual.Slice(0, (long)rows * _shape.Width);

    private InvalidDataException Invalid(int row, SampleOutcome outcome)
    {
        int position = _flight.SampledPosition(row);
        Abandon();
        if (outcome != SampleOutcome.InvalidLogit)
            return new InvalidDataException(
                $"All {_shape.Vocabulary} logits at position {position} are minus infinity: no token can be chosen");
        Span<int> token = stackalloc int[1];
        _stream.Download(_workspace.StepState.Slice(row, 1), token);
        return new InvalidDataException(
            $"The logit of token {token[0]} at position {position} is NaN or infinite: "
            + "a weight of the model is not finite, or its type overflowed");
    }
}
