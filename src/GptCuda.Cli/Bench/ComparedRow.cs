namespace GptCuda.Cli.Bench;

/// <summary>One case of two reports.</summary>
/// <param name="Device">As <c>--device</c> names it.</param>
/// <param name="Dtype">How the weights were held.</param>
/// <param name="Threads">Threads of the CPU; null on another device.</param>
/// <param name="Work"><c>prefill</c> or <c>decode</c>.</param>
/// <param name="Tokens">New tokens of each sequence.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Depth">Tokens of each sequence that were in the cache before.</param>
/// <param name="TokensPerSecondBefore">In the first report.</param>
/// <param name="TokensPerSecondAfter">In the second.</param>
/// <param name="Ratio">The second over the first.</param>
/// <param name="ShareBefore">
/// Fraction of the limit that the case came nearer to, in the first report: that of reading, or of arithmetic.
/// </param>
/// <param name="ShareAfter">The same in the second. Where machine or load differ, these tell more than the ratio.</param>
internal sealed record ComparedRow(
    string Device,
    string Dtype,
    int? Threads,
    string Work,
    int Tokens,
    int Batch,
    int Depth,
    double TokensPerSecondBefore,
    double TokensPerSecondAfter,
    double Ratio,
    double? ShareBefore,
    double? ShareAfter)
{
    public static ComparedRow Of(BenchRow before, BenchRow after) => new(
        after.Device,
        after.Dtype,
        after.Threads,
        after.Work,
        after.Tokens,
        after.Batch,
        after.Depth,
        before.TokensPerSecond,
        after.TokensPerSecond,
        after.TokensPerSecond / before.TokensPerSecond,
        Share(before),
        Share(after));

    private static double? Share(BenchRow row) =>
        row.ReadShare is { } read && row.FmaShare is { } fma ? Math.Max(read, fma) : row.ReadShare ?? row.FmaShare;
}
