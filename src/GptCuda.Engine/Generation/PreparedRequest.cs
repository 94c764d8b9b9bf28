using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GptCuda.Engine.Generation;

/// <summary>A request whose prompt is ids that the model can take.</summary>
internal sealed class PreparedRequest
{
    private PreparedRequest(int index, GenerationOptions options, int samples, ImmutableArray<int> promptIds, ulong seed)
    {
        Index = index;
        Options = options;
        Samples = samples;
        PromptIds = promptIds;
        Seed = seed;
    }

    public int Index { get; }

    public GenerationOptions Options { get; }

    public int Samples { get; }

    public ImmutableArray<int> PromptIds { get; }

    public ulong Seed { get; }

    /// <summary>Checks a request against the model.</summary>
    /// <param name="request">The request.</param>
    /// <param name="index">Its index among others.</param>
    /// <param name="model">What the model can take.</param>
    /// <exception cref="ArgumentException">
    /// The prompt does not serve; the message has the values, and the request's label if any.
    /// </exception>
    /// <exception cref="InvalidOperationException">Text is asked of a model without a vocabulary.</exception>
    public static PreparedRequest From(GenerationRequest request, int index, ModelLimits model)
    {
        ArgumentNullException.ThrowIfNull(request);
        var options = request.Options;
        ArgumentNullException.ThrowIfNull(options);
        string at = request.Label is { } label ? label + ": " : "";
        if (options.StopStrings.Count > 0 && model.Tokenizer is null)
            throw new InvalidOperationException($"{at}the model has no vocabulary files: stop strings need them");

        ImmutableArray<int> ids = request.Prompt.Text is { } text ? Encode(text, request.Prompt, model, at) : request.Prompt.Ids;
        if (ids.IsEmpty)
        {
            ids =
            [
                model.EndOfText ?? throw new ArgumentException(
                    $"{at}the prompt is empty, and the model has no end-of-text token to start from"),
            ];
        }
        model.CheckIds(ids.AsSpan(), at);
        ids = Fit(ids, model.Configuration.ContextLength, options.Overflow, at);
        return new(index, options, request.Samples, ids, options.Seed ?? RandomSeed());
    }

    private static ImmutableArray<int> Encode(string text, Prompt prompt, ModelLimits model, string at)
    {
        if (text.Length == 0)
            return [];
        var tokenizer = model.Tokenizer
            ?? throw new InvalidOperationException($"{at}the model has no vocabulary files: give token ids instead of text");
        return ImmutableCollectionsMarshal.AsImmutableArray(tokenizer.Encode(text, prompt.AllowSpecial));
    }

    private static ImmutableArray<int> Fit(ImmutableArray<int> ids, int contextLength, PromptOverflow overflow, string at)
    {
        if (ids.Length < contextLength)
            return ids;
        if (overflow == PromptOverflow.Slide)
            return ids[^Math.Max(contextLength / 2, 1)..];
        throw new ArgumentException(
            $"{at}the prompt has {ids.Length} tokens and the model's context {contextLength}, which leaves no room for a continuation: "
            + "shorten it, or keep its last half (overflow slide)");
    }

    private static ulong RandomSeed()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Random.Shared.NextBytes(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
