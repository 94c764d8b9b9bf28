using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu;

/// <summary>
/// Causal attention of a few neighbouring tokens of one sequence, one head: keys and values are read once for all of them, by the
/// register tiles of the matrix products.
/// </summary>
/// <remarks>
/// A score is a chain over the head's channels; a softmax adds in sixteen parts that absolute positions are dealt out to; an output
/// is a chain over positions from 0 on. None of it depends on which tokens are computed together, or when.
/// </remarks>
internal static unsafe class Attention<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Numbers of scratch memory that a thread needs.</summary>
    public static int ScratchLength(int context, int headSize) =>
        TLanes.TileRows * ((2 * KeyValueCache.RoundUp(context)) + (2 * KeyValueCache.RoundUp(headSize)));

    /// <summary>Computes the outputs of some tokens whose keys and values are in the cache.</summary>
    /// <param name="queries">[rows][head size], with <paramref name="queryStride"/> numbers from row to row.</param>
    /// <param name="queryStride">From a query to the next, in numbers.</param>
    /// <param name="rows">Tokens, at neighbouring positions; at most a tile's.</param>
    /// <param name="position">The position of the first.</param>
    /// <param name="keys">The head's keys in the cache.</param>
    /// <param name="values">The head's values in the cache.</param>
    /// <param name="cache">For its layout.</param>
    /// <param name="scale">Factor on the scores.</param>
    /// <param name="scratch">Scratch memory of the calling thread.</param>
    /// <param name="destination">[rows][head size].</param>
    /// <param name="stride">From a row of the destination to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* queries,
        nint queryStride,
        int rows,
        int position,
        float* keys,
        float* values,
        KeyValueCache cache,
        float scale,
        float* scratch,
        float* destination,
        nint stride)
    {
        int tileRows = Tiles<TLanes, TVector>.RowsFor(rows), size = cache.HeadSize, valueStride = cache.ValueStride;
        int scoreStride = KeyValueCache.RoundUp(position + rows);
        float* scores = scratch;
        float* weights = scores + ((nint)tileRows * scoreStride);
        float* packed = weights + ((nint)tileRows * scoreStride);
        float* outputs = packed + ((nint)tileRows * KeyValueCache.RoundUp(size));
        new Span<float>(scores, tileRows * scoreStride).Clear();
        new Span<float>(outputs, tileRows * valueStride).Clear();

        RowPacking<TLanes, TVector>.Pack(queries, queryStride, rows, size, packed);
        for (int first = 0; first < position + rows; first += KeyValueCache.Block)
        {
            float* block = keys + ((nint)first * size);
            Tiles<TLanes, TVector>.Accumulate(
                tileRows, packed, block, KeyValueCache.Block, scores + first, scoreStride, size, KeyValueCache.Block);
        }

        float* factors = stackalloc float[16];
        for (int row = 0; row < rows; row++)
            factors[row] = Rows<TLanes, TVector>.Exponentials(scores + (row * scoreStride), position + row + 1, scale);

        // Positions that all rows see go through the tile; those of the rows' own triangle are added row by row after them.
        int common = position + 1;
        RowPacking<TLanes, TVector>.Pack(scores, scoreStride, rows, common, weights);
        Tiles<TLanes, TVector>.Accumulate(tileRows, weights, values, valueStride, outputs, valueStride, common, valueStride);
        for (int row = 0; row < rows; row++)
        {
            float* output = outputs + (row * valueStride);
            Tiles<TLanes, TVector>.Accumulate(
                1, scores + (row * scoreStride) + common, values + ((nint)common * valueStride), valueStride,
                output, valueStride, row, valueStride);
            for (int channel = 0; channel < size; channel++)
                destination[(row * stride) + channel] = output[channel] * factors[row];
        }
    }
}
