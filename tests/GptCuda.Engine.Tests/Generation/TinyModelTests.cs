using System.Text.Json;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>The shipped model through the library, against transformers' results in tests/data/tiny-golden.</summary>
public sealed class TinyModelTests(TinyModelTests.LoadedModel loaded) : IClassFixture<TinyModelTests.LoadedModel>
{
    private static readonly GenerationOptions Greedy = new() { Sampling = new SamplingOptions { Greedy = true }, IgnoreEndOfText = true };

    private readonly GptModel _model = loaded.Model;

    [Fact]
    public async Task Complete_GoldenPrompts_GivesGoldenContinuations()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("tiny-golden", "golden.json")));
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            int[] expected = Ids(item.GetProperty("greedy_ids"));
            // The two logits nearest to each other on the way are 2.6e-3 apart, far more than f32 arithmetic moves them.
            Assert.True(item.GetProperty("smallest_margin").GetDouble() > 1e-3);

            var result = await _model.CompleteAsync(item.GetProperty("text").GetString()!, Greedy with { MaxTokens = expected.Length });

            Assert.Equal(Ids(item.GetProperty("prompt_ids")), result.PromptIds.ToArray());
            Assert.Equal(expected, result.Ids.ToArray());
            Assert.Equal(item.GetProperty("greedy_text").GetString(), result.Text);
            Assert.Equal(FinishReason.Length, result.Finish);
        }
    }

    [Fact]
    public void Score_GoldenDocuments_GivesGoldenPerplexities()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("tiny-golden", "perplexity.json")));
        foreach (var item in golden.RootElement.EnumerateArray())
        {
            int[] ids = _model.Tokenizer!.Encode(item.GetProperty("text").GetString());

            var score = _model.Score(ids, item.GetProperty("stride").GetInt32());

            Assert.Equal(item.GetProperty("tokens").GetInt32(), score.Tokens);
            Assert.Equal(item.GetProperty("scored").GetInt32(), score.Scored);
            Assert.Equal(item.GetProperty("mean_nll").GetDouble(), score.MeanNll, 1e-5);
        }
    }

    [Fact]
    public void Score_OnAnyNumberOfThreads_IsTheSameBits()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("tiny-golden", "perplexity.json")));
        int[] ids = _model.Tokenizer!.Encode(golden.RootElement[0].GetProperty("text").GetString());
        using var single = GptModel.Load(Repository.TinyModel, new ModelOptions { Slots = 1, Threads = 1 });
        using var many = GptModel.Load(Repository.TinyModel, new ModelOptions { Slots = 1, Threads = 5 });

        var expected = single.Score(ids);

        Assert.Equal(expected, many.Score(ids));
        Assert.Equal(expected, _model.Score(ids));
    }

    [Fact]
    public async Task GenerateMany_OnAnyNumberOfSlots_EqualsOneAtATime()
    {
        string[] prompts = ["The people", "Call me", "", "In the beginning God created the heaven and", "whale", "😀é"];
        GenerationRequest[] requests =
        [
            .. prompts.Select((prompt, i) => new GenerationRequest(prompt, new GenerationOptions
            {
                Seed = (ulong)i,
                MaxTokens = 10 + 7 * i,
                StopStrings = i % 2 == 0 ? [" the", "."] : [],
                Sampling = new SamplingOptions { TopP = 0.95f, TopK = 0, RepetitionPenalty = 1.1f },
            }) { Samples = 1 + i % 3 }),
        ];
        var alone = new List<GenerationResult>();
        using (var single = GptModel.Load(Repository.TinyModel, new ModelOptions { Slots = 1, Threads = 1 }))
        {
            await foreach (var result in single.GenerateManyAsync(requests))
                alone.Add(result);
        }

        int index = 0;
        await foreach (var result in _model.GenerateManyAsync(requests))
            GenerationOracle.AssertEqual(alone[index++], result);

        Assert.Equal(alone.Count, index);
    }

    [Fact]
    public void Generator_DecodedToken_AllocatesOnlyItsText()
    {
        var limits = new ModelLimits(_model.Configuration, _model.Tokenizer, _model.EndOfText);
        var generator = new Generator(_model.Backend, limits, new WorkMeter());
        long Allocated(int tokens)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            generator.Run(
                new ReadyRequests([new GenerationRequest("The", Greedy with { MaxTokens = tokens })]),
                _ => { },
                null,
                CancellationToken.None);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated(400);

        // The difference is what 200 more tokens take. A collection that another test causes counts what is left of the thread's piece of
        // memory as taken: of several, the least is what the tokens took.
        long Least(int tokens) => Enumerable.Range(0, 9).Min(_ => Allocated(tokens));
        long perToken = (Least(400) - Least(200)) / 200;

        // A string of a few letters takes some 32 bytes; its place in the text and in the ids, which double as they grow, some more.
        Assert.InRange(perToken, 0, 100);
    }

    [Fact]
    public void Logits_OfAllPositions_EndWithThoseOfTheLast()
    {
        int[] ids = _model.Tokenizer!.Encode("And God said, Let there be light");

        float[] all = _model.Logits(ids, all: true), last = _model.Logits(ids);

        Assert.Equal(ids.Length * _model.Configuration.VocabularySize, all.Length);
        Assert.Equal(all[^last.Length..], last);
    }

    [Theory]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.Int8)]
    public void Load_WeightType_IsUsed(ElementType type)
    {
        using var model = GptModel.Load(Repository.TinyModel, new ModelOptions { WeightType = type, Slots = 1, Threads = 1 });

        Assert.Contains(type.ToString().ToLowerInvariant(), model.Description, StringComparison.Ordinal);
        // The files hold f16, so that type changes nothing; int8, the coarsest, moves logits of up to 10 by a few tenths.
        float[] exact = _model.Logits([1, 2, 3]), rounded = model.Logits([1, 2, 3]);
        float difference = exact.Zip(rounded).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(difference, type == ElementType.F16 ? 0 : 1e-6f, type == ElementType.F16 ? 0 : 0.5f);
    }

    [Fact]
    public void Load_Auto_SaysWhatItChose()
    {
        Assert.Contains("cpu", _model.DeviceReason, StringComparison.Ordinal);
        using var named = GptModel.Load(Repository.TinyModel, new ModelOptions { Device = DeviceSelection.Cpu, Slots = 3 });
        Assert.Null(named.DeviceReason);
        Assert.Equal(3, named.Backend.SlotCount);
    }

    [Fact]
    public void Load_Cuda_SaysWhatIsMissing()
    {
        var exception = Assert.Throws<PlatformNotSupportedException>(
            () => GptModel.Load(Repository.TinyModel, new ModelOptions { Device = DeviceSelection.Cuda(1) }));

        Assert.Contains("cuda:1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CacheThatCannotFit_ThrowsWithNumbers()
    {
        var exception = Assert.Throws<InsufficientMemoryException>(
            () => GptModel.Load(Repository.TinyModel, new ModelOptions { Slots = 100_000_000 }));

        Assert.Matches(
            "takes 10 MiB of weights, 100000000 x [1-9][0-9]* MiB of cache and [0-9,]+ MiB of activations, and this machine has [0-9,]+ MiB",
            exception.Message);
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];

    public sealed class LoadedModel : IDisposable
    {
        public GptModel Model { get; } = GptModel.Load(Repository.TinyModel);

        public void Dispose() => Model.Dispose();
    }
}
