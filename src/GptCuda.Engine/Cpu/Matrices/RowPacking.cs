using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>Rows of activations as register tiles read them: tiles of up to a dozen rows, [tile][k][rows of the tile].</summary>
internal static unsafe class RowPacking<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Tiles that so many rows make.</summary>
    public static int TileCount(int rows) => (rows + TLanes.TileRows - 1) / TLanes.TileRows;

    /// <summary>Rows in a tile.</summary>
    public static int RowsIn(int tile, int rows) => Math.Min(TLanes.TileRows, rows - (tile * TLanes.TileRows));

    /// <summary>Numbers that packed rows take, the filling of the last tile included.</summary>
    public static long Length(int rows, int depth) => (long)TileCount(rows) * TLanes.TileRows * depth;

    /// <summary>Packs the rows of one tile, and zeros where the tile is taller.</summary>
    /// <param name="source">[rows][depth], with <paramref name="stride"/> numbers from row to row.</param>
    /// <param name="stride">From a row of the source to the next, in numbers.</param>
    /// <param name="rows">Rows to pack, at most a tile's.</param>
    /// <param name="depth">Numbers of a row.</param>
    /// <param name="tile">[depth][rows of the tile].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* source, nint stride, int rows, int depth, float* tile)
    {
        int tileRows = Tiles<TLanes, TVector>.RowsFor(rows), row = 0;
        for (; row + 4 <= rows; row += 4)
            PackFour(source + (row * stride), stride, depth, tile + row, tileRows);
        for (; row < tileRows; row++)
        {
            float* destination = tile + row;
            for (int k = 0; k < depth; k++, destination += tileRows)
                *destination = row < rows ? source[(row * stride) + k] : 0;
        }
    }

    /// <summary>Packs four rows into a tile of any number; on x86 four numbers of each at a time, transposed in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackFour(float* source, nint stride, int depth, float* tile, int tileRows)
    {
        float* second = source + stride, third = second + stride, fourth = third + stride;
        int k = 0;
        if (Sse.IsSupported)
        {
            for (; k + 4 <= depth; k += 4, tile += 4 * tileRows)
            {
                Vector128<float> a = Vector128.Load(source + k), b = Vector128.Load(second + k);
                Vector128<float> c = Vector128.Load(third + k), d = Vector128.Load(fourth + k);
                Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b);
                Vector128<float> cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
                Sse.MoveLowToHigh(abLow, cdLow).Store(tile);
                Sse.MoveHighToLow(cdLow, abLow).Store(tile + tileRows);
                Sse.MoveLowToHigh(abHigh, cdHigh).Store(tile + (2 * tileRows));
                Sse.MoveHighToLow(cdHigh, abHigh).Store(tile + (3 * tileRows));
            }
        }

        for (; k < depth; k++, tile += tileRows)
            (tile[0], tile[1], tile[2], tile[3]) = (source[k], second[k], third[k], fourth[k]);
    }
}
