using System.Diagnostics;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Generation;

/// <summary>
/// The generation loop: as many sequences at a time as the backend has slots, each with its own length, seed and stop rules. A
/// sequence that ends gives its slot to the next one waiting between two steps.
/// </summary>
/// <remarks>
/// A prompt is computed once for all its samples: the first one's slot is filled by Forward, whose last logits give each sample its
/// first token; the others copy the slot's first positions. All further tokens come out of Decode. The last token of a sequence is
/// never fed back. For one thread at a time.
/// </remarks>
internal sealed class Generator
{
    private readonly IBackend _backend;
    private readonly ModelLimits _model;
    private readonly WorkMeter _meter;
    private readonly PromptFeeder _feeder;
    private readonly Sampler _sampler;
    private readonly SlotTable _slots;
    private readonly List<ActiveSequence> _active;
    private readonly Queue<ActiveSequence> _unreported = new();
    private readonly DecodeRow[] _rows;
    private readonly int[] _sampled;

    /// <summary>Logits after the prompt of the request that is being admitted, [V].</summary>
    private readonly float[] _promptLogits;

    public Generator(IBackend backend, ModelLimits model, WorkMeter meter)
    {
        _backend = backend;
        _model = model;
        _meter = meter;
        _feeder = new PromptFeeder(backend);
        _sampler = new Sampler(model.Configuration.VocabularySize);
        _slots = new SlotTable(backend.SlotCount);
        _active = new List<ActiveSequence>(backend.SlotCount);
        _rows = new DecodeRow[backend.SlotCount];
        _sampled = new int[backend.SlotCount];
        _promptLogits = new float[model.Configuration.VocabularySize];
    }

    /// <summary>Generates until there is nothing left to do or it is cancelled.</summary>
    /// <param name="requests">Taken one by one as slots become free; waited for only while there is nothing else to do.</param>
    /// <param name="onResult">Receives each finished sequence, in the order of requests and samples.</param>
    /// <param name="onPiece">Receives every step of every sequence; of use where there is but one.</param>
    /// <param name="cancellationToken">Stops between two steps; what had begun is then reported as cancelled.</param>
    /// <returns>Whether it came to its end; otherwise it was cancelled.</returns>
    public bool Run(
        IAsyncEnumerable<GenerationRequest> requests,
        Action<GenerationResult> onResult,
        Action<GenerationPiece>? onPiece,
        CancellationToken cancellationToken)
    {
        // Whatever an exception in an earlier run left behind.
        _active.Clear();
        _unreported.Clear();
        _slots.Clear();
        _meter.Start();

        using var samples = new RequestSamples(requests, _model, cancellationToken);
        while (true)
        {
            while (_slots.AnyFree && !cancellationToken.IsCancellationRequested
                && samples.TryNext(wait: _active.Count == 0, out var request, out int sample))
            {
                Start(new ActiveSequence(request, sample, _model, onPiece), request, cancellationToken);
                Report(onResult);
            }
            if (cancellationToken.IsCancellationRequested)
            {
                _active.ForEach(sequence => sequence.Cancel());
                _active.Clear();
                Report(onResult);
                return false;
            }
            if (_active.Count == 0)
                break;
            Step(onResult);
            Report(onResult);
        }
        samples.Failure?.Throw();
        return true;
    }

    /// <summary>What a request gives that was cancelled before it began.</summary>
    public static GenerationResult NotBegun(GenerationRequest request, ModelLimits model)
    {
        var sequence = new ActiveSequence(PreparedRequest.From(request, 0, model), 0, model, onPiece: null);
        sequence.Cancel();
        return sequence.Result;
    }

    /// <summary>Gives a sequence a slot, the prompt in it, and its first token.</summary>
    private void Start(ActiveSequence sequence, PreparedRequest request, CancellationToken cancellationToken)
    {
        _unreported.Enqueue(sequence);
        if (sequence.Finished)
            return;
        var prompt = request.PromptIds.AsSpan();
        (sequence.Slot, int source) = _slots.Take(request);
        if (source < 0)
        {
            long since = Stopwatch.GetTimestamp();
            if (!_feeder.FeedForLast(sequence.Slot, prompt, _promptLogits, cancellationToken))
            {
                sequence.Cancel();
                return;
            }
            _meter.Prefilled(prompt.Length, since);
        }
        else if (source != sequence.Slot)
        {
            _backend.CopySlot(source, sequence.Slot, prompt.Length);
        }
        Accept(sequence, _sampler.Sample(_promptLogits, sequence.Sampling, prompt.Length));
        if (!sequence.Finished)
            _active.Add(sequence);
    }

    private void Step(Action<GenerationResult> onResult)
    {
        int count = _active.Count;
        for (int i = 0; i < count; i++)
            _rows[i] = _active[i].Row;
        long since = Stopwatch.GetTimestamp();
        Decode(count, onResult);
        _meter.Decoded(count, since);
        for (int i = 0; i < count; i++)
            Accept(_active[i], _sampled[i]);
        _active.RemoveAll(static sequence => sequence.Finished);
    }

    private void Decode(int count, Action<GenerationResult> onResult)
    {
        try
        {
            _backend.Decode(_rows.AsSpan(0, count), _sampled.AsSpan(0, count));
        }
        catch
        {
            // The machine failed, a lost GPU for example: what there is of each sequence is not lost with it.
            _active.ForEach(sequence => sequence.Cancel());
            _active.Clear();
            Report(onResult);
            throw;
        }
    }

    private void Accept(ActiveSequence sequence, int token)
    {
        _meter.TokenProduced();
        sequence.Accept(token);
        if (sequence.Finished)
            _slots.GiveBack(sequence.Slot);
    }

    private void Report(Action<GenerationResult> onResult)
    {
        while (_unreported.TryPeek(out var sequence) && sequence.Finished)
            onResult(_unreported.Dequeue().Result);
    }
}
