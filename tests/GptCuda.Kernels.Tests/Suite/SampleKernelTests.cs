using GptCuda.Engine.Sampling;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>
/// The sampling kernel draws what the CPU's sampler draws from the same logits, whatever the options and however tokens tie.
/// </summary>
[Collection(TestDevice.Collection)]
public sealed class SampleKernelTests(TestDevice device)
{
    private const int Steps = 3;

    private static readonly int[] Vocabularies = [1, 33, 1025, 4099, 50257];

    private static readonly SamplingOptions[] Options =
    [
        new() { Greedy = true },
        new() { Greedy = true, RepetitionPenalty = 1.7f },
        SamplingOptions.Untouched,
        new() { Temperature = 0.7f, TopK = 1 },
        new() { Temperature = 1.3f, TopK = 5 },
        new() { Temperature = 1, TopK = 40, TopP = 0.9f },
        new() { Temperature = 1, TopK = 0, TopP = 0.5f, TopPRule = TopPRule.OpenAI },
        new() { Temperature = 2, TopK = 0, TopP = 1e-6f, TopPRule = TopPRule.OpenAI },
        new() { Temperature = 1, TopK = 0, MinP = 0.3f },
        new() { Temperature = 0.9f, TopK = 20, TopP = 0.8f, MinP = 0.05f, RepetitionPenalty = 1.2f },
        new() { Temperature = 1e-3f, TopK = 0, TopP = 0.99f },
        new() { Temperature = 5, TopK = 300, TopP = 0.7f, TopPRule = TopPRule.OpenAI },
    ];

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(1025)]
    [InlineData(4099)]
    public void Sample_EveryOption_IsTheCpusToken(int vocabulary)
    {
        var random = new Random(vocabulary);
        float[][] logits = [.. Options.Select(_ => Normal(random, vocabulary, 3))];
        Compare(vocabulary, Options, logits);
    }

    [SkippableFact]
    public void Sample_WholeVocabulary_IsTheCpusToken()
    {
        var random = new Random(7);
        SamplingOptions[] options = [Options[0], Options[2], Options[5], Options[9]];
        Compare(50257, options, [.. options.Select(_ => Normal(random, 50257, 2))]);
    }

    [SkippableFact]
    public void Sample_AllEqual_IsTheCpusToken()
    {
        const int Vocabulary = 4099;
        // One bin has more tokens than are ranked at once: places are found digit by digit.
        Compare(Vocabulary, Options, [.. Options.Select((_, i) => Enumerable.Repeat(i - 3f, Vocabulary).ToArray())]);
    }

    [SkippableFact]
    public void Sample_FewValuesManyTies_IsTheCpusToken()
    {
        var random = new Random(11);
        float[][] logits = [.. Options.Select(_ => Enumerable.Range(0, 4099).Select(_ => random.Next(8) switch
        {
            0 => 2f, 1 => 1.9999999f, 2 => 0f, 3 => -0f, 4 => float.NegativeInfinity, 5 => -90f, 6 => 1.99f, _ => 1.98f,
        }).ToArray())];
        Compare(4099, Options, logits);
    }

    [SkippableFact]
    public void Sample_MoreRowsThanRunAtOnce_IsTheCpusToken()
    {
        // 40 multiprocessors with shared memory for one block each: 45 rows are two launches.
        using var machine = new SoftwareMachine(device, options => options with { Profile = DeviceProfiles.Named("t4") });
        var random = new Random(13);
        SamplingOptions[] options = [.. Enumerable.Range(0, 45).Select(row => Options[row % Options.Length])];
        Compare(4099, options, [.. options.Select(_ => Normal(random, 4099, 2))], launches: 2);
    }

    [SkippableFact]
    public void Sample_InvalidLogitsAndRowsWithoutASequence_SaysSo()
    {
        const int Vocabulary = 1025;
        float[][] logits = [.. Enumerable.Range(0, 5).Select(row => Normal(new Random(row), Vocabulary, 1))];
        logits[0][1024] = float.NaN;
        logits[0][650] = float.PositiveInfinity;
        logits[1].AsSpan().Fill(float.NegativeInfinity);
        using CudaContext context = device.NewContext();
        using var run = new SampleRun(
            context, NewCompiler(context), Vocabulary, [.. Enumerable.Repeat(SamplingOptions.Untouched, 5)], logits);
        run.Deactivate(2);

        int[] sampled = run.Step();

        Assert.Equal((int)SampleOutcome.InvalidLogit, sampled[0]);
        Assert.Equal(650, run.Tokens[0]);
        Assert.Equal((int)SampleOutcome.NoCandidate, sampled[1]);
        Assert.Equal((int)SampleOutcome.Inactive, sampled[2]);
        Assert.InRange(sampled[3], 0, Vocabulary - 1);
        Assert.Equal([-1, -1, -1, 3, 4], run.Slots);
        int[] next = run.Step();
        Assert.Equal([-1, -1, -1], next[..3]);
        Assert.InRange(next[3], 0, Vocabulary - 1);
    }

    private KernelCompiler NewCompiler(CudaContext context)
    {
        KernelCompiler compiler = device.NewLibraryCompiler(context);
        device.CompileAhead(
            compiler, nameof(SampleKernelTests), [.. Vocabularies.Select(vocabulary => SampleKernel.Variant(SampleRun.Shape(vocabulary)))]);
        return compiler;
    }

    private void Compare(int vocabulary, SamplingOptions[] options, float[][] logits, int? launches = null)
    {
        using CudaContext context = device.NewContext();
        using var run = new SampleRun(context, NewCompiler(context), vocabulary, options, logits);
        if (launches is not null) Assert.Equal(launches, run.LaunchesPerStep);
        var sampler = new Sampler(vocabulary);
        for (int step = 0; step < Steps; step++)
        {
            int[] expected = [.. options.Select((_, row) => run.Expected(sampler, row))];

            int[] sampled = run.Step();

            for (int row = 0; row < expected.Length; row++)
                Assert.True(expected[row] == sampled[row], $"step {step}, {options[row]}: expected {expected[row]}, found {sampled[row]}");
            run.CheckNextStep(expected);
        }
    }

    private static float[] Normal(Random random, int count, float deviation) => [.. Enumerable.Range(0, count).Select(_ =>
        (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
