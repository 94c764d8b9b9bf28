using System.Collections.Immutable;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>What a request gives when it is worked off alone, one token after the other, with everything computed anew.</summary>
internal static class GenerationOracle
{
    public static GenerationResult Run(int[] prompt, GenerationOptions options, int request = 0, int sample = 0)
    {
        var sampler = new Sampler(BabblingModel.Configuration.VocabularySize);
        var sampling = new SequenceSampling(options.Sampling, options.Seed!.Value, (uint)sample);
        foreach (int id in prompt)
            sampling.Observe(id);
        List<int> history = [.. prompt], ids = [];
        string? cut = null;
        FinishReason? finish = null;
        while (finish is null)
        {
            if (ids.Count == options.MaxTokens || history.Count == BabblingModel.ContextLength)
            {
                finish = FinishReason.Length;
                break;
            }
            int token = sampler.Sample(BabblingModel.LogitsAfter([.. history]), sampling, history.Count);
            if (token == ByteVocabulary.EndOfText && !options.IgnoreEndOfText)
            {
                finish = FinishReason.End;
                break;
            }
            sampling.Observe(token);
            history.Add(token);
            ids.Add(token);
            cut = Cut(ids, options.StopStrings);
            if (cut is not null)
                finish = FinishReason.Stop;
        }
        return new GenerationResult
        {
            Request = request,
            Sample = sample,
            Seed = options.Seed.Value,
            PromptIds = [.. prompt],
            Ids = [.. ids],
            Text = cut ?? ByteVocabulary.Decode(ids),
            Finish = finish.Value,
        };
    }

    /// <summary>The text up to the first stop string in it, or null where there is none.</summary>
    private static string? Cut(List<int> ids, IReadOnlyList<string> stops)
    {
        string text = ByteVocabulary.Decode(ids);
        int[] found = [.. stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0)];
        return found.Length > 0 ? text[..found.Min()] : null;
    }

    public static void AssertEqual(GenerationResult expected, GenerationResult actual)
    {
        Assert.Equal(expected.Ids.ToArray(), actual.Ids.ToArray());
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.PromptIds.ToArray(), actual.PromptIds.ToArray());
        Assert.Equal((expected.Finish, expected.Request, expected.Sample, expected.Seed),
            (actual.Finish, actual.Request, actual.Sample, actual.Seed));
    }
}
