using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Generation;

public sealed class GeneratorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public async Task GenerateMany_MixedRequests_EqualOneAtATime(int slots)
    {
        var random = new Random(slots);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 120).Select(_ => RandomRequest(random))];
        using var model = BabblingModel.Load(slots);
        var expected = requests.SelectMany((request, index) => Enumerable.Range(0, request.Samples).Select(
            sample => GenerationOracle.Run([.. request.Prompt.Ids], request.Options, index, sample))).ToList();

        var results = await Collect(model.GenerateManyAsync(requests));

        Assert.Equal(expected.Count, results.Count);
        foreach (var (one, other) in expected.Zip(results))
            GenerationOracle.AssertEqual(one, other);
        // The cases must not all end alike.
        Assert.Equal(3, results.Select(result => result.Finish).Distinct().Count());
    }

    [Fact]
    public async Task GenerateMany_SamplesOfOnePrompt_PromptIsComputedOnce()
    {
        var backend = BabblingModel.Backend(slots: 3);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        var options = new GenerationOptions { Seed = 4, MaxTokens = 5, IgnoreEndOfText = true };

        var results = await Collect(model.GenerateManyAsync([new GenerationRequest("ab a b", options) { Samples = 7 }]));

        Assert.Equal(6, backend.PrefilledTokens);
        Assert.Equal(Enumerable.Range(0, 7), results.Select(result => result.Sample));
        for (int sample = 0; sample < 7; sample++)
            GenerationOracle.AssertEqual(
                GenerationOracle.Run([.. BabblingModel.Utf8("ab a b").Select(value => (int)value)], options, 0, sample), results[sample]);
        // Two copies fill the three slots; after that each slot has the prompt.
        Assert.Equal(2, backend.CopiedSlots);
    }

    [Fact]
    public async Task GenerateMany_SequencesEnd_WaitingOnesTakeTheirSlotsAtOnce()
    {
        var backend = BabblingModel.Backend(slots: 2);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        GenerationRequest Request(int tokens) => new("a", new() { Seed = 1, MaxTokens = tokens, IgnoreEndOfText = true });

        // The first token comes with the prompt, so n tokens take n - 1 steps: 1 and 9 and 9 and 3.
        await Collect(model.GenerateManyAsync([Request(2), Request(10), Request(10), Request(4)]));

        // Slot 0: one step for the first, then nine for the third; slot 1: nine for the second, then three for the fourth.
        Assert.Equal([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1], backend.DecodeBatches);
    }

    [Fact]
    public async Task GenerateMany_LongSource_IsTakenAsSlotsBecomeFree()
    {
        using var model = BabblingModel.Load(slots: 2);
        int taken = 0;
        IEnumerable<GenerationRequest> Endless()
        {
            while (true)
            {
                taken++;
                yield return new GenerationRequest("a", new GenerationOptions { MaxTokens = 3, IgnoreEndOfText = true });
            }
        }

        int given = 0;
        await foreach (var result in model.GenerateManyAsync(Endless()))
        {
            Assert.Equal(given++, result.Request);
            if (given == 20)
                break;
        }

        Assert.True(taken >= 20);
    }

    [Fact]
    public async Task GenerateMany_BadRequest_ThrowsAfterTheResultsBeforeIt()
    {
        using var model = BabblingModel.Load(slots: 4);
        var options = new GenerationOptions { Seed = 1, MaxTokens = 6, IgnoreEndOfText = true };
        int[] tooLong = new int[BabblingModel.ContextLength];
        GenerationRequest[] requests =
        [
            new("a", options), new("b", options), new(tooLong, options) { Label = "prompts.jsonl line 9" }, new("c", options),
        ];
        var results = new List<GenerationResult>();

        var exception = await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await foreach (var result in model.GenerateManyAsync(requests))
                results.Add(result);
        });

        Assert.Equal([0, 1], results.Select(result => result.Request));
        Assert.StartsWith(
            "prompts.jsonl line 9: the prompt has 40 tokens and the model's context 40", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenerateMany_Cancelled_GivesWhatHadBegun()
    {
        var backend = BabblingModel.Backend(slots: 2);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        using var stop = new CancellationTokenSource();
        var options = new GenerationOptions { Seed = 3, MaxTokens = 9, IgnoreEndOfText = true };
        int steps = 0;
        // Two prompts, then three steps for both sequences.
        backend.OnStep = () =>
        {
            if (++steps == 8)
                stop.Cancel();
        };

        var results = await Collect(model.GenerateManyAsync(Enumerable.Repeat(new GenerationRequest("a", options), 5), stop.Token));

        Assert.Equal(2, results.Count);
        foreach (var result in results)
        {
            Assert.Equal(FinishReason.Cancelled, result.Finish);
            Assert.Equal(GenerationOracle.Run([(int)'a'], options).Ids.Take(4), result.Ids);
            Assert.Equal(ByteVocabulary.Decode(result.Ids), result.Text);
        }
    }

    [Fact]
    public async Task GenerateMany_StepFails_GivesWhatThereIsBeforeTheException()
    {
        var backend = BabblingModel.Backend(slots: 2);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        var options = new GenerationOptions { Seed = 3, MaxTokens = 9, IgnoreEndOfText = true };
        int steps = 0;
        // Two prompts, two steps for both sequences, and a third one that fails.
        backend.OnStep = () =>
        {
            if (++steps == 7)
                throw new InvalidOperationException("the machine is gone");
        };
        List<GenerationResult> results = [];

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var result in model.GenerateManyAsync(Enumerable.Repeat(new GenerationRequest("a", options), 5)))
                results.Add(result);
        });

        Assert.Equal(2, results.Count);
        foreach (var result in results)
        {
            Assert.Equal(FinishReason.Cancelled, result.Finish);
            Assert.Equal(GenerationOracle.Run([(int)'a'], options).Ids.Take(3), result.Ids);
        }
    }

    [Fact]
    public async Task Complete_LongPrompt_IsFedInPieces()
    {
        var configuration = BabblingModel.Configuration with { ContextLength = 1000 };
        foreach (int length in (int[])[255, 256, 257, 512, 999])
        {
            int fed = 0;
            var backend = new HistoryBackend(configuration, 1, history =>
            {
                fed = history.Length;
                return BabblingModel.LogitsAfter(history);
            });
            using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);

            var result = await model.CompleteAsync(new int[length], new() { MaxTokens = 1, IgnoreEndOfText = true });

            Assert.Equal(length, fed);
            Assert.Equal(length, backend.PrefilledTokens);
            Assert.InRange(backend.LargestBatch, 1, 256);
            Assert.Single(result.Ids);
        }
    }

    [Fact]
    public async Task Complete_LogitsBroken_SaysWhereAndModelStaysUsable()
    {
        bool broken = true;
        var backend = new HistoryBackend(BabblingModel.Configuration, 1, history =>
        {
            float[] logits = BabblingModel.LogitsAfter(history);
            if (broken && history.Length == 3)
                logits[77] = float.NaN;
            return logits;
        });
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        var options = new GenerationOptions { Seed = 1, IgnoreEndOfText = true };

        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => model.CompleteAsync("a", options));
        broken = false;
        var result = await model.CompleteAsync("a", options);

        Assert.Contains("token 77 at position 3 is NaN", exception.Message, StringComparison.Ordinal);
        GenerationOracle.AssertEqual(GenerationOracle.Run(['a'], options), result);
    }

    private static GenerationRequest RandomRequest(Random random)
    {
        int length = random.Next(1, BabblingModel.ContextLength);
        int[] prompt = [.. Enumerable.Range(0, length).Select(_ => random.Next(256))];
        string[] stops = ["aa", "aab", "é", "日a", " \n", "ba", "éé", "bab"];
        return new GenerationRequest(prompt, new GenerationOptions
        {
            MaxTokens = random.Next(4) == 0 ? null : random.Next(0, 20),
            Seed = (ulong)random.Next(5),
            IgnoreEndOfText = random.Next(2) == 0,
            StopStrings = [.. stops.Where(_ => random.Next(9) == 0)],
            Sampling = random.Next(4) switch
            {
                0 => new SamplingOptions { Greedy = true, RepetitionPenalty = 1.3f },
                1 => new SamplingOptions { TopK = 0, TopP = 0.9f, RepetitionPenalty = 1.1f },
                2 => new SamplingOptions { Temperature = 1.5f, MinP = 0.1f },
                _ => new SamplingOptions(),
            },
        })
        { Samples = random.Next(3) == 0 ? random.Next(1, 6) : 1 };
    }

    private static async Task<List<GenerationResult>> Collect(IAsyncEnumerable<GenerationResult> results)
    {
        var list = new List<GenerationResult>();
        await foreach (var result in results)
            list.Add(result);
        return list;
    }
}
