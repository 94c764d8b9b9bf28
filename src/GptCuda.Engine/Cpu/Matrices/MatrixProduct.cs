using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// Activations times a weight matrix, work shared by panels of outputs. One row reads the weights in their stored format, once,
/// at the speed of memory; several rows convert a block of a panel to f32 and run register tiles over it.
/// </summary>
/// <remarks>
/// Blocks of 256 inputs keep a strip of the panel in the first cache and the rows' activations, up to 192 rows, in the second.
/// Blocking does not show in results: a sum is one chain over k that pauses in memory between blocks.
/// </remarks>
internal sealed unsafe class MatrixProduct<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int BlockInputs = 256;
    private const int BlockRows = 192;
    private const int PanelWidth = PackedMatrix.PanelWidth;

    private readonly WorkerPool _pool;
    private readonly WorkerScratch _scratch;
    private readonly Action<int, int> _oneRow;
    private readonly Action<int, int> _manyRows;
    private PackedMatrix _matrix = null!;
    private float* _activations;
    private int _rows;
    private Finish _finish;
    private float* _destination;
    private nint _stride;

    public MatrixProduct(WorkerPool pool, WorkerScratch scratch)
    {
        _pool = pool;
        _scratch = scratch;
        _oneRow = MultiplyRow;
        _manyRows = MultiplyBlock;
    }

    /// <summary>Numbers of scratch memory that a thread needs.</summary>
    public static int ScratchLength => ((BlockInputs + BlockRows + TLanes.TileRows) * PanelWidth);

    /// <summary>Multiplies.</summary>
    /// <param name="activations">Packed by <see cref="RowPacking{TLanes, TVector}"/>.</param>
    /// <param name="rows">Rows of activations.</param>
    /// <param name="matrix">The weights.</param>
    /// <param name="finish">What to do with the sums.</param>
    /// <param name="destination">[rows][outputs].</param>
    /// <param name="stride">From a row of the destination to the next, in numbers.</param>
    public void Run(float* activations, int rows, PackedMatrix matrix, Finish finish, float* destination, nint stride)
    {
        _activations = activations;
        _rows = rows;
        _matrix = matrix;
        _finish = finish;
        _destination = destination;
        _stride = stride;
        if (rows == 1)
            _pool.For(matrix.PanelCount, _oneRow);
        else
            _pool.For(matrix.PanelCount * ((rows + BlockRows - 1) / BlockRows), _manyRows);
    }

    private void MultiplyRow(int panel, int worker)
    {
        PackedMatrix matrix = _matrix;
        float* sums = _scratch.Of(worker);
        new Span<float>(sums, PanelWidth).Clear();
        byte* weights = matrix.Panel(panel);
        switch (matrix.Type)
        {
            case ElementType.F32:
                Tiles<TLanes, TVector>.Row<F32Format>(_activations, weights, matrix.RowBytes, sums, matrix.Inputs, PanelWidth);
                break;
            case ElementType.BF16:
                Tiles<TLanes, TVector>.Row<BFloat16Format>(_activations, weights, matrix.RowBytes, sums, matrix.Inputs, PanelWidth);
                break;
            case ElementType.F16:
                Tiles<TLanes, TVector>.Row<HalfFormat>(_activations, weights, matrix.RowBytes, sums, matrix.Inputs, PanelWidth);
                break;
            default:
                Tiles<TLanes, TVector>.Row<Int8Format>(_activations, weights, matrix.RowBytes, sums, matrix.Inputs, PanelWidth);
                break;
        }

        FinishRows(sums, panel, 0, 1);
    }

    private void MultiplyBlock(int unit, int worker)
    {
        PackedMatrix matrix = _matrix;
        int panel = unit % matrix.PanelCount, firstRow = unit / matrix.PanelCount * BlockRows;
        int rows = Math.Min(BlockRows, _rows - firstRow), inputs = matrix.Inputs;
        float* strips = _scratch.Of(worker);
        float* sums = strips + (BlockInputs * PanelWidth);
        new Span<float>(sums, (rows + TLanes.TileRows) * PanelWidth).Clear();
        for (int first = 0; first < inputs; first += BlockInputs)
        {
            int depth = Math.Min(BlockInputs, inputs - first);
            Unpack(matrix, panel, first, depth, strips);
            int stripWidth = 2 * TLanes.Count;
            for (int column = 0; column < PanelWidth; column += stripWidth)
            {
                float* strip = strips + ((nint)column * depth);
                for (int row = 0; row < rows; row += TLanes.TileRows)
                {
                    int tileRows = Tiles<TLanes, TVector>.RowsFor(Math.Min(TLanes.TileRows, rows - row));
                    float* tile = _activations + ((nint)(firstRow + row) * inputs) + ((nint)first * tileRows);
                    Tiles<TLanes, TVector>.Accumulate(
                        tileRows, tile, strip, stripWidth, sums + (row * PanelWidth) + column, PanelWidth, depth, stripWidth);
                }
            }
        }

        FinishRows(sums, panel, firstRow, rows);
    }

    private void FinishRows(float* sums, int panel, int firstRow, int rows)
    {
        int firstOutput = panel * PanelWidth, count = Math.Min(PanelWidth, _matrix.Outputs - firstOutput);
        float* scales = (float*)_matrix.Scales + firstOutput;
        float* bias = _matrix.Bias == 0 ? null : (float*)_matrix.Bias + firstOutput;
        for (int row = 0; row < rows; row++)
        {
            float* destination = _destination + ((firstRow + row) * _stride) + firstOutput;
            Epilogue<TLanes, TVector>.Apply(_finish, sums + (row * PanelWidth), scales, bias, destination, count);
        }
    }

    private static void Unpack(PackedMatrix matrix, int panel, int first, int depth, float* strips)
    {
        byte* weights = matrix.Panel(panel) + (first * matrix.RowBytes);
        switch (matrix.Type)
        {
            case ElementType.F32:
                Unpack<F32Format>(weights, depth, strips);
                break;
            case ElementType.BF16:
                Unpack<BFloat16Format>(weights, depth, strips);
                break;
            case ElementType.F16:
                Unpack<HalfFormat>(weights, depth, strips);
                break;
            default:
                Unpack<Int8Format>(weights, depth, strips);
                break;
        }
    }

    /// <summary>A block of a panel to f32, in strips as wide as a register tile, [strip][depth][2 vectors].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack<TFormat>(byte* weights, int depth, float* strips)
        where TFormat : IWeightFormat
    {
        nint vector = TLanes.Count * TFormat.Size, stripLength = (nint)2 * TLanes.Count * depth;
        for (int input = 0; input < depth; input++, strips += 2 * TLanes.Count)
        {
            float* strip = strips;
            for (int column = 0; column < PanelWidth; column += 2 * TLanes.Count)
            {
                TLanes.Store(TFormat.Load<TLanes, TVector>(weights), strip);
                TLanes.Store(TFormat.Load<TLanes, TVector>(weights + vector), strip + TLanes.Count);
                weights += 2 * vector;
                strip += stripLength;
            }
        }
    }
}
