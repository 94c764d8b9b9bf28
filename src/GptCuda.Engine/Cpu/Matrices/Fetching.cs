namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// Memory to bring near while a tile works: streams of it side by side, a cache line of each for every two steps of k. Processors
/// fetch several streams further ahead than one.
/// </summary>
/// <param name="First">The address at which the first stream begins.</param>
/// <param name="Apart">From a stream to the next, in bytes.</param>
/// <param name="Streams">0, 1, 2 or 4.</param>
/// <param name="Step">From an address of a stream to the next, in bytes.</param>
internal readonly unsafe record struct Fetching(nint First, nint Apart, int Streams, nint Step)
{
    private const int CacheLine = 64;

    /// <summary>A block's part that the first of some tiles fetches; <see cref="After"/> is the part of the next.</summary>
    /// <param name="block">Where the block begins.</param>
    /// <param name="depth">Steps of k of every tile, and rows of the block.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="tiles">Tiles that fetch the block together.</param>
    public static Fetching Of(byte* block, int depth, int rowBytes, int tiles)
    {
        int streams = (2 * rowBytes / tiles) switch
        {
            <= CacheLine => 1,
            <= 2 * CacheLine => 2,
            _ => 4,
        };
        int shares = streams * tiles;
        return new((nint)block, (nint)depth * rowBytes / streams, streams, ((2 * rowBytes) + shares - 1) / shares);
    }

    /// <summary>The activations of a tile, fetched by the tile before it.</summary>
    /// <param name="tile">[depth][rows].</param>
    /// <param name="rows">Rows of the tile, at most 16.</param>
    public static Fetching OfTile(float* tile, int rows) => new((nint)tile, CacheLine, 2, 2 * rows * sizeof(float));

    /// <summary>What follows on what a tile has fetched.</summary>
    /// <param name="depth">Steps of k of the tile.</param>
    public Fetching After(int depth) => this with { First = First + (Step * (depth / 2)) };
}
