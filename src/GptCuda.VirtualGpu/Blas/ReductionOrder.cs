namespace GptCuda.VirtualGpu.Blas;

/// <summary>
/// In which order the products of a sum are added. The real library picks among kernels that split and order sums differently, by
/// shape and version; so a shape and a seed decide here, and nothing can lean on one order.
/// </summary>
/// <param name="Parts">
/// The sum's parts; each is summed by itself, and then the parts are, in order. A part is a list of chunks of k.
/// </param>
internal sealed record ReductionOrder(int[][] Parts)
{
    /// <summary>How many k are in a chunk; within it they come in order.</summary>
    public const int Chunk = 32;

    /// <summary>At most as many parts.</summary>
    private const int MostParts = 4;

    /// <summary>The order for a shape: the same in each run with the same seed.</summary>
    public static ReductionOrder For(GemmProblem problem, ulong seed)
    {
        int chunks = (problem.K + Chunk - 1) / Chunk;
        ulong hash = 14695981039346656037;
        foreach (ulong value in (ReadOnlySpan<ulong>)[(ulong)problem.M, (ulong)problem.N, (ulong)problem.K, (ulong)problem.A.Type, problem.TransposesA ? 1u : 0, problem.TransposesB ? 1u : 0, seed])
            hash = (hash ^ value) * 1099511628211;
        Random random = new((int)(hash ^ (hash >> 32)));
        int[] order = [.. Enumerable.Range(0, chunks)];
        // One shape in four is summed from the first k to the last.
        if (random.Next(4) != 0)
            random.Shuffle(order);
        int parts = Math.Clamp(random.Next(1, MostParts + 1), 1, Math.Max(1, chunks));
        return new ReductionOrder(
            [.. Enumerable.Range(0, parts).Select(part => order[(chunks * part / parts)..(chunks * (part + 1) / parts)])]);
    }
}
