using GptCuda.Engine.Generation;

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
