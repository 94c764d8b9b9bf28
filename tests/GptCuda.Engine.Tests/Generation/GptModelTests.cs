using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Generation;

public sealed class GptModelTests
{
    private static readonly GenerationOptions Seeded = new() { Seed = 11, IgnoreEndOfText = true };

    [Fact]
    public async Task Generate_Pieces_AreTheTextInWholeCharacters()
    {
        using var model = BabblingModel.Load(slots: 1);
        for (ulong seed = 0; seed < 50; seed++)
        {
            var options = Seeded with { Seed = seed, StopStrings = ["aba", "日"] };
            var pieces = new List<string>();
            await foreach (string piece in model.GenerateAsync("b", options))
                pieces.Add(piece);

            Assert.Equal(GenerationOracle.Run(['b'], options).Text, string.Concat(pieces));
            Assert.DoesNotContain("", pieces);
            Assert.DoesNotContain(pieces, piece => char.IsHighSurrogate(piece[^1]));
        }
    }

    [Fact]
    public async Task Complete_Pieces_HaveEveryTokenAndTheText()
    {
        using var model = BabblingModel.Load(slots: 1);
        var pieces = new List<GenerationPiece>();

        var result = await model.CompleteAsync("b", Seeded with { StopStrings = ["never, ever"] }, pieces.Add);

        Assert.Equal(result.Ids.ToArray(), pieces.Where(piece => piece.Token is not null).Select(piece => piece.Token!.Value));
        Assert.Equal(result.Text, string.Concat(pieces.Select(piece => piece.Text)));
    }

    [Fact]
    public async Task Generate_Cancelled_ThrowsAfterWhatWasGenerated()
    {
        var backend = BabblingModel.Backend(slots: 1);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        using var stop = new CancellationTokenSource();
        SlowAfterSomeTokens(backend);
        string text = "";

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in model.GenerateAsync("b", Seeded, stop.Token))
            {
                text += piece;
                await stop.CancelAsync();
            }
        });

        // Where it stopped, a character may have been incomplete.
        Assert.NotEmpty(text);
        Assert.StartsWith(text.TrimEnd('\uFFFD'), GenerationOracle.Run(['b'], Seeded).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_LoopLeft_StopsAndFreesTheModel()
    {
        var backend = BabblingModel.Backend(slots: 1);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        SlowAfterSomeTokens(backend);
        await foreach (string piece in model.GenerateAsync("b", Seeded))
            break;
        int steps = backend.DecodeBatches.Count;
        backend.OnStep = () => { };

        Assert.InRange(steps, 1, BabblingModel.ContextLength - 3);
        GenerationOracle.AssertEqual(GenerationOracle.Run(['b'], Seeded), await model.CompleteAsync("b", Seeded));
    }

    [Fact]
    public async Task Complete_CancelledBefore_GivesAnEmptyCancelledResult()
    {
        using var model = BabblingModel.Load(slots: 1);

        var result = await model.CompleteAsync("ab", Seeded, cancellationToken: new CancellationToken(canceled: true));

        Assert.Equal((FinishReason.Cancelled, "", 0), (result.Finish, result.Text, result.Ids.Length));
        Assert.Equal(['a', 'b'], result.PromptIds.ToArray());
    }

    [Fact]
    public async Task Complete_CallbackThrows_ComesOutAndFreesTheModel()
    {
        using var model = BabblingModel.Load(slots: 1);

        await Assert.ThrowsAsync<IOException>(() => model.CompleteAsync("b", Seeded, _ => throw new IOException("pipe closed")));

        GenerationOracle.AssertEqual(GenerationOracle.Run(['b'], Seeded), await model.CompleteAsync("b", Seeded));
    }

    [Fact]
    public async Task Complete_FromManyThreads_TakeTurns()
    {
        var backend = BabblingModel.Backend(slots: 2);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        int inside = 0;
        backend.OnStep = () =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            Thread.Yield();
            Interlocked.Decrement(ref inside);
        };

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(() => model.CompleteAsync("b", Seeded with { Seed = (ulong)i }))));

        for (int i = 0; i < 16; i++)
            GenerationOracle.AssertEqual(GenerationOracle.Run(['b'], Seeded with { Seed = (ulong)i }), results[i]);
    }

    [Fact]
    public async Task Dispose_WhileGenerating_StopsItAndLaterCallsThrow()
    {
        var backend = BabblingModel.Backend(slots: 1);
        var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        using var begun = new ManualResetEventSlim();
        backend.OnStep = () =>
        {
            begun.Set();
            Thread.Sleep(100);
        };
        var running = model.CompleteAsync("b", Seeded);
        var waiting = model.CompleteAsync("b", Seeded);
        begun.Wait();

        model.Dispose();
        model.Dispose();

        Assert.True(backend.Disposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.CompleteAsync("b", Seeded));
        Assert.Throws<ObjectDisposedException>(() => model.Logits([1]));
        Assert.Throws<ObjectDisposedException>(() => model.Score([1, 2]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task Complete_EmptyPrompt_StartsFromEndOfText(string? text)
    {
        using var model = BabblingModel.Load(slots: 1);

        var result = await model.CompleteAsync(text is null ? Prompt.Empty : text, Seeded);

        GenerationOracle.AssertEqual(GenerationOracle.Run([ByteVocabulary.EndOfText], Seeded), result);
    }

    [Fact]
    public async Task Complete_EmptyPromptWithoutEndOfText_Throws()
    {
        var backend = new HistoryBackend(BabblingModel.Configuration with { EndOfText = null }, 1, BabblingModel.LogitsAfter);
        using var model = BabblingModel.Wrap(backend, tokenizer: null);

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => model.CompleteAsync(Prompt.Empty));

        Assert.Contains("no end-of-text token", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BabblingModel.ContextLength - 1, BabblingModel.ContextLength - 1)]
    [InlineData(BabblingModel.ContextLength, BabblingModel.ContextLength / 2)]
    [InlineData(1000, BabblingModel.ContextLength / 2)]
    public async Task Complete_OverflowSlide_KeepsTheLastHalf(int length, int kept)
    {
        using var model = BabblingModel.Load(slots: 1);
        int[] prompt = [.. Enumerable.Range(0, length).Select(i => i % 251)];
        var options = Seeded with { Overflow = PromptOverflow.Slide };

        var result = await model.CompleteAsync(prompt, options);

        GenerationOracle.AssertEqual(GenerationOracle.Run(prompt[^kept..], options), result);
        Assert.Equal(BabblingModel.ContextLength, kept + result.Ids.Length);
    }

    [Theory]
    [InlineData(BabblingModel.ContextLength)]
    [InlineData(BabblingModel.ContextLength + 1)]
    public async Task Complete_PromptFillsTheContext_ThrowsWithBothNumbers(int length)
    {
        using var model = BabblingModel.Load(slots: 1);

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => model.CompleteAsync(new int[length]));

        Assert.Contains($"has {length} tokens and the model's context 40", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public async Task Complete_IdOutsideVocabulary_Throws(int id)
    {
        using var model = BabblingModel.Load(slots: 1);

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => model.CompleteAsync(new[] { 3, id }));

        Assert.Contains($"token id {id} is outside the model's vocabulary: expected 0 to 256", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_WithoutVocabulary_TakesIdsAndGivesNoText()
    {
        using var model = BabblingModel.Wrap(BabblingModel.Backend(1), tokenizer: null);
        var pieces = new List<GenerationPiece>();

        var result = await model.CompleteAsync(new int[] { 'b' }, Seeded, pieces.Add);

        Assert.Null(result.Text);
        Assert.Equal(GenerationOracle.Run(['b'], Seeded).Ids.ToArray(), result.Ids.ToArray());
        Assert.All(pieces, piece => Assert.Equal("", piece.Text));
        await Assert.ThrowsAsync<InvalidOperationException>(() => model.CompleteAsync("text"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => model.CompleteAsync(new int[] { 1 }, Seeded with { StopStrings = ["x"] }));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await model.GenerateAsync(new int[] { 1 }).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Complete_TokenBeyondVocabulary_IsReplacementCharacter()
    {
        var configuration = BabblingModel.Configuration with { VocabularySize = 300, EndOfText = null };
        float[] logits = new float[300];
        logits[299] = 1;
        using var model = BabblingModel.Wrap(new HistoryBackend(configuration, 1, _ => logits), ByteVocabulary.Tokenizer);

        var result = await model.CompleteAsync("a", new() { MaxTokens = 2, Sampling = new SamplingOptions { Greedy = true } });

        Assert.Equal([299, 299], result.Ids.ToArray());
        Assert.Equal("\uFFFD\uFFFD", result.Text);
        Assert.Equal(256, model.EndOfText);
    }

    [Fact]
    public async Task Complete_NoSeed_TellsTheOneItDrew()
    {
        using var model = BabblingModel.Load(slots: 1);

        var first = await model.CompleteAsync("b");
        var second = await model.CompleteAsync("b");
        var again = await model.CompleteAsync("b", new() { Seed = first.Seed });

        Assert.NotEqual(first.Seed, second.Seed);
        GenerationOracle.AssertEqual(first, again);
    }

    [Fact]
    public async Task Complete_ZeroTokens_ComputesNothing()
    {
        var backend = BabblingModel.Backend(slots: 1);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);

        var result = await model.CompleteAsync("b", new() { MaxTokens = 0 });

        Assert.Equal((FinishReason.Length, 0, 0), (result.Finish, result.Ids.Length, backend.PrefilledTokens));
    }

    [Fact]
    public async Task Statistics_AfterGeneration_CountTokens()
    {
        using var model = BabblingModel.Load(slots: 1);
        Assert.Null(model.Statistics.TimeToFirstToken);

        await model.CompleteAsync("abc", Seeded with { MaxTokens = 8 });

        Assert.Equal((3, 7), (model.Statistics.PrefillTokens, model.Statistics.DecodedTokens));
        Assert.NotNull(model.Statistics.TimeToFirstToken);
        Assert.True(model.Statistics.DecodeTokensPerSecond > 0);
        Assert.Equal(TimeSpan.FromSeconds(1), model.Statistics.LoadTime);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Logits_AnyLength_AreThoseAfterEachToken(bool all)
    {
        var configuration = BabblingModel.Configuration with { ContextLength = 400 };
        foreach (int length in (int[])[1, 63, 64, 65, 257, 400])
        {
            var backend = new HistoryBackend(configuration, 1, BabblingModel.LogitsAfter);
            using var model = BabblingModel.Wrap(backend, null);
            int[] ids = [.. Enumerable.Range(0, length).Select(i => i % 257)];

            float[] logits = model.Logits(ids, all);

            Assert.Equal(Enumerable.Range(all ? 1 : length, all ? length : 1).SelectMany(count => BabblingModel.LogitsAfter(ids[..count])), logits);
            Assert.InRange(backend.LargestLogitRows, 1, 64);
        }
    }

    [Fact]
    public void Logits_NoIdsOrTooMany_Throws()
    {
        using var model = BabblingModel.Load(slots: 1);

        Assert.Contains("0 tokens", Assert.Throws<ArgumentException>(() => model.Logits([])).Message, StringComparison.Ordinal);
        Assert.Contains("41 tokens", Assert.Throws<ArgumentException>(() => model.Logits(new int[41])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Logits([257]));
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerationOptions { MaxTokens = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerationOptions { Overflow = (PromptOverflow)5 });
        Assert.Throws<ArgumentException>(() => new GenerationOptions { StopStrings = ["a", ""] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerationRequest("a", new()) { Samples = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelOptions { Threads = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelOptions { Slots = 0 });
    }

    /// <summary>Gives a test on a busy machine the time to stop a generation before it has come to its end by itself.</summary>
    private static void SlowAfterSomeTokens(HistoryBackend backend) =>
        backend.OnStep = () => Thread.Sleep(backend.DecodeBatches.Count > 8 ? 200 : 0);
}
