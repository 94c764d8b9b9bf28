using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>Multiplies matrices on the host's processors: tiles of C in parallel, operands widened to f32 in panels.</summary>
internal static unsafe class Gemm
{
    /// <summary>Rows and columns of a tile of C: panels of both operands for one run of k stay in a core's second-level cache.</summary>
    private const int TileRows = 12 * GemmKernel.Rows, TileColumns = 32 * GemmKernel.Columns;

    /// <summary>The longest run of k for which panels are made.</summary>
    private const int Run = 8 * ReductionOrder.Chunk;

    private const nuint Alignment = 64;

    /// <summary>Computes C. All matrices are in memory that can be reached, and C overlaps none.</summary>
    /// <param name="problem">The product.</param>
    /// <param name="alpha">Factor on the product; 0 for A and B not to be read.</param>
    /// <param name="beta">Factor on C; 0 for C not to be read.</param>
    /// <param name="order">The order of summation.</param>
    /// <param name="threads">At most as many host threads.</param>
    public static void Multiply(GemmProblem problem, float alpha, float beta, ReductionOrder order, int threads)
    {
        int tileRows = (problem.M + TileRows - 1) / TileRows, tileColumns = (problem.N + TileColumns - 1) / TileColumns;
        int tiles = tileRows * tileColumns;
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads };
        Parallel.For(0L, (long)tiles * problem.Batch, options, () => new Workspace(), (index, _, workspace) =>
        {
            int batch = (int)(index / tiles), tile = (int)(index % tiles);
            int row = tile % tileRows * TileRows, column = tile / tileRows * TileColumns;
            Tile extent = new(row, column, Math.Min(TileRows, problem.M - row), Math.Min(TileColumns, problem.N - column));
            Sum(problem, batch, extent, alpha == 0 ? new ReductionOrder([]) : order, workspace);
            Write(problem, batch, extent, alpha, beta, workspace.Sum);
            return workspace;
        }, static workspace => workspace.Dispose());
    }

    /// <summary>Sums the products of a tile into the workspace.</summary>
    private static void Sum(GemmProblem problem, int batch, Tile tile, ReductionOrder order, Workspace workspace)
    {
        // Columns are summed in the kernel's groups: the last one may have some that C does not have.
        int used = (tile.Columns + GemmKernel.Columns - 1) / GemmKernel.Columns * GemmKernel.Columns * TileRows;
        new Span<float>(workspace.Sum, used).Clear();
        for (int part = 0; part < order.Parts.Length; part++)
        {
            int[] chunks = order.Parts[part];
            // The first part is the sum; each further one is added when it is complete.
            float* sums = part == 0 ? workspace.Sum : workspace.Part;
            if (part > 0)
                new Span<float>(sums, used).Clear();
            for (int first = 0; first < chunks.Length; first += Run / ReductionOrder.Chunk)
            {
                ReadOnlySpan<int> run = chunks.AsSpan(first, Math.Min(Run / ReductionOrder.Chunk, chunks.Length - first));
                int depth = Pack(problem, batch, tile, run, workspace);
                for (int column = 0; column < tile.Columns; column += GemmKernel.Columns)
                {
                    for (int row = 0; row < tile.Rows; row += GemmKernel.Rows)
                        GemmKernel.Accumulate(
                            workspace.A + row * Run, workspace.B + column * Run, depth, sums + column * TileRows + row, TileRows);
                }
            }
            if (problem.ReducesInOutputType && order.Parts.Length > 1)
                Elements.Round(new Span<float>(sums, used), problem.C.Type);
            if (part > 0)
            {
                for (int i = 0; i < used; i++)
                    workspace.Sum[i] += sums[i];
            }
        }
    }

    /// <summary>Widens the tile's rows of op(A) and columns of op(B) for a run of k.</summary>
    /// <returns>How many k there are.</returns>
    private static int Pack(GemmProblem problem, int batch, Tile tile, ReadOnlySpan<int> chunks, Workspace workspace)
    {
        int depth = 0;
        foreach (int chunk in chunks)
        {
            int k = chunk * ReductionOrder.Chunk, count = Math.Min(ReductionOrder.Chunk, problem.K - k);
            Panels a = new(workspace.A, GemmKernel.Rows, Run, depth), b = new(workspace.B, GemmKernel.Columns, Run, depth);
            a.Fill(problem.A, batch, problem.TransposesA, tile.Row, tile.Rows, k, count, problem.Rounding, workspace.Line);
            b.Fill(problem.B, batch, !problem.TransposesB, tile.Column, tile.Columns, k, count, problem.Rounding, workspace.Line);
            depth += count;
        }
        return depth;
    }

    private static void Write(GemmProblem problem, int batch, Tile tile, float alpha, float beta, float* sums)
    {
        Span<float> held = stackalloc float[TileRows];
        for (int column = 0; column < tile.Columns; column++)
        {
            byte* c = (byte*)problem.C.At(batch, tile.Column + column) + (long)tile.Row * problem.C.ElementBytes;
            Span<float> results = new(sums + column * TileRows, tile.Rows);
            if (beta != 0)
                Elements.Widen(c, problem.C.Type, held[..tile.Rows]);
            for (int row = 0; row < results.Length; row++)
                results[row] = beta != 0 ? alpha * results[row] + beta * held[row] : alpha * results[row];
            Elements.Narrow(results, problem.C.Type, c);
        }
    }

    /// <summary>A tile of C.</summary>
    private readonly record struct Tile(int Row, int Column, int Rows, int Columns);

    /// <summary>One thread's buffers.</summary>
    private sealed class Workspace : IDisposable
    {
        public float* A { get; } = Allocate(TileRows * Run);

        public float* B { get; } = Allocate(TileColumns * Run);

        public float* Sum { get; } = Allocate(TileRows * TileColumns);

        public float* Part { get; } = Allocate(TileRows * TileColumns);

        public float* Line { get; } = Allocate(Math.Max(TileRows, TileColumns));

        /// <inheritdoc/>
        public void Dispose()
        {
            foreach (nint buffer in (ReadOnlySpan<nint>)[(nint)A, (nint)B, (nint)Sum, (nint)Part, (nint)Line])
                NativeMemory.AlignedFree((void*)buffer);
        }

        private static float* Allocate(int count) => (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);
    }
}
