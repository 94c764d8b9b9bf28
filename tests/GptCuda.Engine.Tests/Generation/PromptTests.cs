using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>What a model takes for a prompt, and what it makes of it.</summary>
public sealed class PromptTests
{
    private static readonly GenerationOptions Seeded = new() { Seed = 11, IgnoreEndOfText = true };

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
}
