using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Generation;

/// <summary>One continuation on its way: what it has, and the rules by which it ends.</summary>
internal sealed class ActiveSequence
{
    private readonly PreparedRequest _request;
    private readonly int _sample;
    private readonly int? _end;
    private readonly int _limit;
    private readonly TextAssembler? _text;
    private readonly Action<GenerationPiece>? _onPiece;
    private readonly List<int> _ids;
    private FinishReason? _finish;

    public ActiveSequence(PreparedRequest request, int sample, ModelLimits model, Action<GenerationPiece>? onPiece)
    {
        var options = request.Options;
        _request = request;
        _sample = sample;
        _onPiece = onPiece;
        _end = options.IgnoreEndOfText ? null : model.EndOfText;
        _limit = Math.Min(options.MaxTokens ?? int.MaxValue, model.Configuration.ContextLength - request.PromptIds.Length);
        _text = model.Tokenizer is { } tokenizer ? new TextAssembler(tokenizer, options.StopStrings) : null;
        _ids = new List<int>(Math.Min(_limit, 256));
        Sampling = new SequenceSampling(options.Sampling, request.Seed, (uint)sample);
        foreach (int id in request.PromptIds)
            Sampling.Observe(id);
        if (_limit == 0)
            Finish(FinishReason.Length);
    }

    /// <summary>The cache slot, once it has one.</summary>
    public int Slot { get; set; }

    public SequenceSampling Sampling { get; }

    public bool Finished => _finish is not null;

    /// <summary>The next step: the last token, which the cache does not hold yet.</summary>
    public DecodeRow Row => new(
        Slot, _ids[^1], _request.PromptIds.Length + _ids.Count - 1, Sampling, _end ?? -1, _request.PromptIds.Length + _limit - 1);

    /// <summary>The finished sequence.</summary>
    public GenerationResult Result => new()
    {
        Request = _request.Index,
        Sample = _sample,
        Seed = _request.Seed,
        PromptIds = _request.PromptIds,
        Ids = [.. _ids],
        Text = _text?.Text,
        Finish = _finish ?? throw new InvalidOperationException("the sequence has not ended"),
    };

    /// <summary>Takes the next token, which may end the sequence.</summary>
    public void Accept(int token)
    {
        if (token == _end)
        {
            Finish(FinishReason.End);
            return;
        }
        _ids.Add(token);
        Sampling.Observe(token);
        string text = _text?.Append(token) ?? "";
        _onPiece?.Invoke(new GenerationPiece(token, text));
        if (_text is { Stopped: true })
            Finish(FinishReason.Stop);
        else if (_ids.Count == _limit)
            Finish(FinishReason.Length);
    }

    /// <summary>Ends the sequence with what it has.</summary>
    public void Cancel() => Finish(FinishReason.Cancelled);

    private void Finish(FinishReason reason)
    {
        string rest = _text?.Finish() ?? "";
        if (rest.Length > 0)
            _onPiece?.Invoke(new GenerationPiece(null, rest));
        // The last bytes may have completed a stop string that has U+FFFD in it.
        _finish = _text is { Stopped: true } ? FinishReason.Stop : reason;
    }
}
