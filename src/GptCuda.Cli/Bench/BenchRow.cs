namespace GptCuda.Cli.Bench;

/// <summary>The figures of one case; the order of the properties is that of the output.</summary>
/// <param name="Device">As <c>--device</c> names it.</param>
/// <param name="Description">What computed.</param>
/// <param name="Dtype">How the weights were held.</param>
/// <param name="Threads">Threads of the CPU; null on another device.</param>
/// <param name="Work"><c>prefill</c> or <c>decode</c>.</param>
/// <param name="Tokens">New tokens of each sequence.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Depth">Tokens of each sequence that were in the cache before.</param>
/// <param name="Samples">Passes timed.</param>
/// <param name="MedianMs">Median time of a pass.</param>
/// <param name="P95Ms">What 95 of 100 passes did not exceed.</param>
/// <param name="BestMs">The quickest pass.</param>
/// <param name="TokensPerSecond">New tokens of all sequences over the median time.</param>
/// <param name="BytesPerSecond">Bytes that the pass cannot do without over the median time.</param>
/// <param name="ReadShare">That as a fraction of what the device reads; null where this was not measured.</param>
/// <param name="FlopsPerSecond">Arithmetic that the pass cannot do without over the median time.</param>
/// <param name="FmaShare">That as a fraction of what the device computes; null where this was not measured.</param>
internal sealed record BenchRow(
    string Device,
    string Description,
    string Dtype,
    int? Threads,
    string Work,
    int Tokens,
    int Batch,
    int Depth,
    int Samples,
    double MedianMs,
    double P95Ms,
    double BestMs,
    double TokensPerSecond,
    double BytesPerSecond,
    double? ReadShare,
    double FlopsPerSecond,
    double? FmaShare)
{
    /// <summary>What two runs must have in common for their figures to be compared.</summary>
    public string Key => $"{Device} {Dtype} {Threads} {Work} {Tokens} {Batch} {Depth}";
}
