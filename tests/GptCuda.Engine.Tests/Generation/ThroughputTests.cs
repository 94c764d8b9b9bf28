using System.Diagnostics;
using GptCuda.Engine.Generation;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>That sequences computed together share the reading of the weights.</summary>
public sealed class ThroughputTests
{
    private const int Rounds = 6;

    [Fact]
    public async Task GenerateMany_SixteenSequencesOf124M_MakeThreeTimesTheTokensASecondOfOne()
    {
        // One thread, so that what else runs on the machine takes no part of a step away while the other threads wait for it.
        using var model = GptModel.Load("synthetic:124M", new ModelOptions { Device = DeviceSelection.Cpu, Slots = 16, Threads = 1 });
        double one = 0, sixteen = 0;

        // Taken in turns, the best of each: what slows one slows the other as well, and seldom all of either.
        for (int round = 0; round < Rounds; round++)
        {
            one = Math.Max(one, await TokensPerSecondAsync(model, sequences: 1));
            sixteen = Math.Max(sixteen, await TokensPerSecondAsync(model, sequences: 16));
        }

        // Nine to eleven times as many with twenty other programs at work on two processors.
        Assert.True(sixteen >= 3 * one, $"16 sequences: {sixteen:F1} tokens/s, one: {one:F1} tokens/s");
    }

    private static async Task<double> TokensPerSecondAsync(GptModel model, int sequences)
    {
        var options = new GenerationOptions { MaxTokens = 5, IgnoreEndOfText = true, Seed = 1 };
        int tokens = 0;
        long since = Stopwatch.GetTimestamp();
        await foreach (var result in model.GenerateManyAsync([new GenerationRequest(new[] { 15496 }, options) { Samples = sequences }]))
            tokens += result.Ids.Length;
        return tokens / Stopwatch.GetElapsedTime(since).TotalSeconds;
    }
}
