using System.Runtime.CompilerServices;
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
        int tileRows = Tiles<TLanes, TVector>.RowsFor(rows);
        for (int row = 0; row < rows; row++, source += stride)
        {
            float* destination = tile + row;
            for (int k = 0; k < depth; k++, destination += tileRows)
                *destination = source[k];
        }

        for (int row = rows; row < tileRows; row++)
        {
            float* destination = tile + row;
            for (int k = 0; k < depth; k++, destination += tileRows)
                *destination = 0;
        }
    }
}
