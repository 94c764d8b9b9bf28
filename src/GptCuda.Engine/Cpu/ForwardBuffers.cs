using System.Runtime.Intrinsics;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu;

/// <summary>Activations of a forward pass, grown to the most rows that were asked for so far.</summary>
internal sealed unsafe class ForwardBuffers(GptConfiguration configuration) : IDisposable
{
    /// <summary>
    /// Rows that go through the model at once, unless an observer wants to see all: enough to make weights' reading cheap.
    /// </summary>
    public const int ChunkRows = 512;

    /// <summary>More than the rows of any register tile.</summary>
    private const int Filling = 16;

    private readonly NativeBuffer<float> _floats = new(0);
    private readonly NativeBuffer<int> _integers = new(0);
    private int _rows;

    /// <summary>The residual stream, [T, C].</summary>
    public float* Residual { get; private set; }

    /// <summary>The input of the next matrix product, packed: up to [T, C].</summary>
    public float* Packed { get; private set; }

    /// <summary>Queries, keys and values side by side, [T, 3C].</summary>
    public float* QueryKeyValue { get; private set; }

    /// <summary>Output of attention, [T, C].</summary>
    public float* Attention { get; private set; }

    /// <summary>The MLP's inner activations, packed: up to [T, inner].</summary>
    public float* Inner { get; private set; }

    public int* Tokens { get; private set; }

    public int* Slots { get; private set; }

    public int* Positions { get; private set; }

    /// <summary>First rows of the query tiles, and at the end the number of rows.</summary>
    public int* TileStarts { get; private set; }

    /// <summary>Rows of the chunk whose logits are wanted.</summary>
    public int* LogitRows { get; private set; }

    /// <summary>The most that a pass without an observer takes, scratch memory of the threads included, in bytes.</summary>
    public static long MostBytes(GptConfiguration configuration, int threads) =>
        checked(FloatCount(configuration, ChunkRows) * sizeof(float))
        + (WorkerScratch.TotalLength(threads, VectorForward<Lanes512, Vector512<float>>.ScratchLength(configuration)) * sizeof(float));

    /// <summary>Makes room for so many rows; all contents are lost.</summary>
    public void EnsureRows(int rows)
    {
        if (rows <= _rows)
            return;
        int width = configuration.Width, filled = rows + Filling;
        _floats.EnsureLength(FloatCount(configuration, rows));
        Residual = _floats.Pointer;
        Packed = Residual + ((long)filled * width);
        QueryKeyValue = Packed + ((long)filled * width);
        Attention = QueryKeyValue + ((long)filled * 3 * width);
        Inner = Attention + ((long)filled * width);

        _integers.EnsureLength(5L * (rows + 1));
        Tokens = _integers.Pointer;
        Slots = Tokens + rows;
        Positions = Slots + rows;
        LogitRows = Positions + rows;
        TileStarts = LogitRows + rows;
        _rows = rows;
    }

    public void Dispose()
    {
        _floats.Dispose();
        _integers.Dispose();
    }

    private static long FloatCount(GptConfiguration configuration, int rows)
    {
        long width = configuration.Width, inner = configuration.InnerSize;
        return checked((rows + Filling) * ((6 * width) + inner));
    }
}
