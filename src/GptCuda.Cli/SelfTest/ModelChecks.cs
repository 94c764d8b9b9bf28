using GptCuda.Engine;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.SelfTest;

/// <summary>Whole models on a device: their text and logits against what is known of them.</summary>
internal static class ModelChecks
{
    /// <summary>f32 sums against double precision, as a share of the largest logit.</summary>
    private const double Tolerance = 1e-4;

    private const string OfficialPrompt = "Alan Turing theorized that computers would one day become";

    private const string OfficialText = "the most powerful machines on the planet.\n\n"
        + "The computer is a machine that can perform complex calculations, "
        + "and it can perform these calculations in a way that is very similar to the human brain.";

    private static readonly GenerationOptions Greedy = new() { Sampling = new SamplingOptions { Greedy = true }, IgnoreEndOfText = true };

    /// <summary>The shipped model in f32: logits and greedy text as another implementation computed them.</summary>
    /// <param name="options">The device.</param>
    /// <param name="prompts">How many of the known prompts, at most.</param>
    /// <param name="most">Tokens of each, at most.</param>
    public static string Golden(ModelOptions options, int prompts, int most)
    {
        using GptModel model = GptModel.Load(ModelDirectory.Shipped, options with { WeightType = ElementType.F32 });
        GoldenCase[] cases = [.. GoldenCase.Load().Take(prompts)];
        double worst = 0;
        int tokens = 0;
        foreach (GoldenCase golden in cases)
        {
            float[] logits = model.Logits(golden.PromptIds);
            double largest = golden.Logits.Max(MathF.Abs);
            double difference = golden.Logits.Zip(logits, (one, other) => Math.Abs((double)one - other)).Max();
            string prompt = $"prompt {string.Join(',', golden.PromptIds)}";
            // Written so that NaN fails.
            if (!(difference <= Tolerance * largest))
                throw new CheckFailedException($"{prompt}: logits off by {difference / largest:G3} of the largest, allowed {Tolerance}");
            worst = Math.Max(worst, difference / largest);

            int[] expected = golden.GreedyIds[..Math.Min(most, golden.GreedyIds.Length)];
            GenerationResult result = Complete(model, Prompt.FromIds(golden.PromptIds), expected.Length);
            // A smaller margin than logits may be off by decides nothing.
            if (golden.SmallestMargin > 2 * Tolerance * largest && !result.Ids.AsSpan().SequenceEqual(expected))
                throw new CheckFailedException($"{prompt}: expected the text '{golden.GreedyText}', found '{result.Text}'");
            tokens += result.Ids.Length;
        }
        return $"{cases.Length} prompts, {tokens} tokens; logits off by at most {worst:G2} of the largest";
    }

    /// <summary>A type on a device, point by point against the CPU with the same type, or, on the CPU, against the reference.</summary>
    /// <param name="options">The device.</param>
    /// <param name="type">How weights are held.</param>
    /// <param name="tokens">Tokens of the greedy texts.</param>
    public static string Type(ModelOptions options, ElementType type, int tokens)
    {
        GoldenCase golden = GoldenCase.Load()[0];
        ModelOptions narrow = options with { WeightType = type };
        using GptModel model = GptModel.Load(ModelDirectory.Shipped, narrow);
        var judged = new ComparedBackend(model.Backend, ComparedBackend.ComputationOf(model.Backend));
        if (options.Device.Kind == DeviceKind.Cpu)
        {
            using IWeightSource weights = WeightSource.Open(ModelDirectory.Shipped);
            return Judge(judged, new ComparedReference(weights, type), golden, tokens);
        }
        using GptModel cpu = GptModel.Load(ModelDirectory.Shipped, narrow with { Device = DeviceSelection.Cpu });
        return Judge(judged, new ComparedBackend(cpu.Backend, ComparedBackend.ComputationOf(cpu.Backend)), golden, tokens);
    }

    /// <summary>The official model in f32: the text that OpenAI's own code prints.</summary>
    /// <param name="options">The device.</param>
    /// <param name="location">The model's folder.</param>
    public static string Official(ModelOptions options, string location)
    {
        using GptModel model = GptModel.Load(location, options with { WeightType = ElementType.F32 });
        string text = Complete(model, OfficialPrompt, 40).Text ?? "";
        // The last of the forty tokens is a line break, which is not seen in print.
        if (text.Trim() != OfficialText)
            throw new CheckFailedException($"expected '{OfficialText}', found '{text}'");
        return "40 tokens";
    }

    private static GenerationResult Complete(GptModel model, Prompt prompt, int tokens) =>
        model.CompleteAsync(prompt, Greedy with { MaxTokens = tokens }).GetAwaiter().GetResult();

    private static string Judge(IComparedModel judged, IComparedModel expected, GoldenCase golden, int tokens)
    {
        ModelComparison comparison = ModelComparison.Run(judged, expected, golden.PromptIds, tokens);
        if (comparison.FirstBeyond is { } beyond)
        {
            throw new CheckFailedException(
                $"{beyond.Name}: off by {beyond.ShareOfLargest:G3} of the largest, allowed {beyond.Tolerance}, "
                + $"against {expected.Computation}; gptcuda compare shows more");
        }
        if (comparison.Greedy?.Divergence is { IsWithin: false } parting)
        {
            throw new CheckFailedException(
                $"the greedy text parts from {expected.Computation}'s after {parting.Index} tokens, "
                + $"by {parting.First.Lead:G3} and {parting.Second.Lead:G3}, allowed {parting.Allowed:G3}");
        }
        PointComparison worst = comparison.Points.MaxBy(point => point.ShareOfLargest)!;
        return $"off by at most {worst.ShareOfLargest:G2} of the largest, against {expected.Computation}; "
            + $"{comparison.Greedy?.Same ?? 0} tokens alike";
    }
}
