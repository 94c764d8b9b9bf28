using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>Rows of activations as register tiles read them: tiles of up to a dozen rows, [tile][k][rows of the tile].</summary>
internal static unsafe class RowPacking<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// Rows of a tile, the last one may have fewer. Two tiles share their rows evenly: a low tile has too few chains to cover an FMA
    /// unit's latency.
    /// </summary>
    public static int Height(int rows) =>
        rows > TLanes.TileRows && rows <= 2 * TLanes.TileRows ? Tiles<TLanes, TVector>.RowsFor((rows + 1) / 2) : TLanes.TileRows;

    /// <summary>Tiles that so many rows make.</summary>
    public static int TileCount(int rows) => (rows + Height(rows) - 1) / Height(rows);

    /// <summary>Rows in a tile.</summary>
    public static int RowsIn(int tile, int rows) => Math.Min(Height(rows), rows - (tile * Height(rows)));

    /// <summary>Numbers that packed rows take, the filling of the last tile included.</summary>
    public static long Length(int rows, int depth) => (long)TileCount(rows) * Height(rows) * depth;

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
            RowTransposition.FourRows(source + (row * stride), stride, depth, tile + row, tileRows);
        for (; row < tileRows; row++)
        {
            float* destination = tile + row;
            for (int k = 0; k < depth; k++, destination += tileRows)
                *destination = row < rows ? source[(row * stride) + k] : 0;
        }
    }
}
