using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// Activations times a weight matrix, work shared by panels of outputs. One row reads the weights in their stored format, once,
/// at the speed of memory; several rows run register tiles over a piece of a panel, and many rows convert a block of it to f32 first.
/// </summary>
/// <remarks>
/// Blocks of 256 inputs keep a strip of the panel in the first cache and the activations of 192 rows in the second. Blocking does
/// not show in results: a sum is one chain over k that pauses in memory between blocks.
/// </remarks>
internal sealed unsafe class MatrixProduct<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int BlockInputs = 256;
    private const int BlockRows = 192;
    private const int MostUnitRows = 3 * BlockRows;
    private const int PieceBytes = 16 * 1024;

    /// <summary>Up to so many tiles of rows read the weights as they are stored; for more it pays to convert them once.</summary>
    private const int DirectTiles = 3;

    private const int PanelWidth = PackedMatrix.PanelWidth;

    private readonly WorkerPool _pool;
    private readonly WorkerScratch _scratch;
    private readonly Action<int, int> _oneRow;
    private readonly Action<int, int> _manyRows;
    private PackedMatrix _matrix = null!;
    private float* _activations;
    private int _rows;
    private int _unitRows;
    private int _rowUnits;
    private Finish _finish;
    private float* _destination;
    private nint _stride;

    public MatrixProduct(WorkerPool pool, WorkerScratch scratch)
    {
        _pool = pool;
        _scratch = scratch;
        _oneRow = MultiplyRow;
        _manyRows = MultiplyRows;
    }

    /// <summary>Numbers of scratch memory that a thread needs.</summary>
    public static int ScratchLength => (BlockInputs + MostUnitRows + TLanes.TileRows) * PanelWidth;

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
        {
            _pool.For(matrix.PanelCount, _oneRow);
            return;
        }

        // A unit is a panel with all rows, so that a block of it is converted once, unless that makes too few units to share.
        _unitRows = matrix.PanelCount >= 4 * _pool.ThreadCount ? MostUnitRows : BlockRows;
        _rowUnits = (rows + _unitRows - 1) / _unitRows;
        _pool.For(matrix.PanelCount * _rowUnits, _manyRows);
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

    private void MultiplyRows(int unit, int worker)
    {
        switch (_matrix.Type)
        {
            case ElementType.F32:
                MultiplyRows<F32Format>(unit, worker);
                break;
            case ElementType.BF16:
                MultiplyRows<BFloat16Format>(unit, worker);
                break;
            case ElementType.F16:
                MultiplyRows<HalfFormat>(unit, worker);
                break;
            default:
                MultiplyRows<Int8Format>(unit, worker);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRows<TFormat>(int unit, int worker)
        where TFormat : IWeightFormat
    {
        PackedMatrix matrix = _matrix;
        int panel = unit / _rowUnits, firstRow = unit % _rowUnits * _unitRows;
        int rows = Math.Min(_unitRows, _rows - firstRow);
        float* sums = _scratch.Of(worker);
        new Span<float>(sums, (rows + TLanes.TileRows) * PanelWidth).Clear();
        if (rows <= DirectTiles * TLanes.TileRows)
            MultiplyStored<TFormat>(panel, firstRow, rows, sums);
        else
            MultiplyUnpacked<TFormat>(panel, firstRow, rows, sums, sums + ((MostUnitRows + TLanes.TileRows) * PanelWidth));
        FinishRows(sums, panel, firstRow, rows);
    }

    /// <summary>
    /// Few rows: tiles read a piece of the panel as it is stored, 16 KiB of it at a time, and meanwhile fetch the piece that
    /// follows, so that memory and arithmetic are both at work all the time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyStored<TFormat>(int panel, int firstRow, int rows, float* sums)
        where TFormat : IWeightFormat
    {
        int inputs = _matrix.Inputs, rowBytes = PanelWidth * TFormat.Size, pieceInputs = PieceBytes / rowBytes;
        int calls = PanelWidth / Tiles<TLanes, TVector>.StripWidth * RowPacking<TLanes, TVector>.TileCount(rows);
        byte* piece = _matrix.Panel(panel);
        for (int first = 0; first < inputs; first += pieceInputs, piece += PieceBytes)
        {
            int depth = Math.Min(pieceInputs, inputs - first);
            byte* next = piece + PieceBytes;
            for (int column = 0; column < PanelWidth; column += Tiles<TLanes, TVector>.StripWidth)
            {
                for (int row = 0; row < rows; row += TLanes.TileRows)
                {
                    int tileRows = Tiles<TLanes, TVector>.RowsFor(Math.Min(TLanes.TileRows, rows - row));
                    float* tile = _activations + ((nint)(firstRow + row) * inputs) + ((nint)first * tileRows);
                    Tiles<TLanes, TVector>.Strip<TFormat>(
                        tileRows, tile, piece + (column * TFormat.Size), rowBytes, sums + (row * PanelWidth) + column, PanelWidth, depth,
                        next, rowBytes / calls);
                    next += PieceBytes / calls;
                }
            }
        }
    }

    /// <summary>
    /// Many rows: a block of the panel is converted to f32 once, and cut into strips as wide as a tile, which stay in the nearest
    /// cache while all rows pass.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyUnpacked<TFormat>(int panel, int firstRow, int rows, float* sums, float* strips)
        where TFormat : IWeightFormat
    {
        int inputs = _matrix.Inputs, stripWidth = Tiles<TLanes, TVector>.StripWidth;
        for (int first = 0; first < inputs; first += BlockInputs)
        {
            int depth = Math.Min(BlockInputs, inputs - first);
            Unpack<TFormat>(_matrix.Panel(panel) + (first * _matrix.RowBytes), depth, strips);
            for (int block = 0; block < rows; block += BlockRows)
            {
                int end = Math.Min(block + BlockRows, rows);
                for (int column = 0; column < PanelWidth; column += stripWidth)
                {
                    var strip = (byte*)(strips + ((nint)column * depth));
                    for (int row = block; row < end; row += TLanes.TileRows)
                    {
                        int tileRows = Tiles<TLanes, TVector>.RowsFor(Math.Min(TLanes.TileRows, rows - row));
                        float* tile = _activations + ((nint)(firstRow + row) * inputs) + ((nint)first * tileRows);
                        float* sum = sums + (row * PanelWidth) + column;
                        Tiles<TLanes, TVector>.Strip<F32Format>(
                            tileRows, tile, strip, stripWidth * sizeof(float), sum, PanelWidth, depth, strip, 0);
                    }
                }
            }
        }
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
