namespace GptCuda.Cli.Bench;

/// <summary>One kind of forward pass to be timed.</summary>
/// <param name="Work"><c>prefill</c> of a prompt, or a <c>decode</c> step.</param>
/// <param name="Tokens">Tokens of the prompt; 1 for a decode step.</param>
/// <param name="Batch">Sequences computed together.</param>
/// <param name="Depth">Tokens of each sequence that are in the cache before the first sample.</param>
/// <param name="Samples">Passes that are timed; decode steps follow each other.</param>
internal sealed record BenchCase(string Work, int Tokens, int Batch, int Depth, int Samples)
{
    public const string Prefill = "prefill", Decode = "decode";

    /// <summary>Positions of a sequence that the case reaches.</summary>
    public int MostPositions(int warmup) => Work == Prefill ? Depth + Tokens : Depth + warmup + Samples;
}
