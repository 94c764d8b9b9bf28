using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// Activations times a weight matrix, work shared by groups of panels. One row reads the weights in their stored format, once, at
/// the speed of memory. For several rows a block of weights becomes a strip of f32 in the nearest cache, which register tiles of all
/// rows pass over; as many rows as one tile has read it in the stored format.
/// </summary>
/// <remarks>
/// Blocks of 128 inputs keep a strip in half of the first cache and the activations of 192 rows in the second, for all panels of a
/// group: larger ones are slower as soon as a neighbour shares the caches. Blocking does not show in results: a sum is one chain over k
/// that pauses in memory between blocks.
/// </remarks>
internal sealed unsafe partial class MatrixProduct<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int BlockInputs = 128;
    private const int BlockRows = 192;
    private const int MostGroupPanels = 4;
    private const int PanelWidth = PackedMatrix.PanelWidth;

    private readonly WorkerPool _pool;
    private readonly WorkerScratch _scratch;
    private readonly Action<int, int> _oneRow;
    private readonly Action<int, int> _manyRows;
    private readonly Action<int, int> _fileOrder;
    private PackedMatrix _matrix = null!;
    private float* _activations;
    private int _rows;
    private int _groupPanels;
    private int _unitRows;
    private int _rowUnits;
    private int _fullUnits;
    private int _lastUnits;
    private Finish _finish;
    private float* _destination;
    private nint _stride;

    public MatrixProduct(WorkerPool pool, WorkerScratch scratch)
    {
        _pool = pool;
        _scratch = scratch;
        _oneRow = MultiplyRow;
        _manyRows = MultiplyRows;
        _fileOrder = MultiplyFileOrder;
    }

    /// <summary>
    /// Numbers of scratch memory that a thread needs: sums of a unit, and a strip, or more of them for matrices in file order.
    /// </summary>
    /// <param name="mostInputs">Inputs of the largest matrix.</param>
    public static int ScratchLength(int mostInputs) => Math.Max(
        (SumRows * MostGroupPanels * PanelWidth) + (BlockInputs * Tiles<TLanes, TVector>.StripWidth),
        ((FileRows + TLanes.TileRows) * FileOutputs) + Math.Max(FileInputs * FileOutputs, mostInputs * PanelWidth));

    /// <summary>Rows of a unit, those that fill its last tile included.</summary>
    private static int SumRows => BlockRows + TLanes.TileRows;

    /// <summary>Multiplies.</summary>
    /// <param name="activations">Packed by <see cref="RowPacking{TLanes, TVector}"/>.</param>
    /// <param name="rows">Rows of activations.</param>
    /// <param name="matrix">The weights.</param>
    /// <param name="finish">What to do with the sums.</param>
    /// <param name="destination">[rows][outputs], or, with <see cref="Finish.Gelu"/>, the packed rows.</param>
    /// <param name="stride">From a row of the destination to the next, in numbers.</param>
    public void Run(float* activations, int rows, PackedMatrix matrix, Finish finish, float* destination, nint stride)
    {
        _activations = activations;
        _rows = rows;
        _matrix = matrix;
        _finish = finish;
        _destination = destination;
        _stride = stride;
        if (matrix.Order != FileOrder.None)
        {
            _groupPanels = Math.Clamp(matrix.PanelCount / (2 * _pool.ThreadCount), 1, FileOutputs / PanelWidth);
            _rowUnits = (rows + FileRows - 1) / FileRows;
            _pool.For(GroupCount(matrix) * _rowUnits, _fileOrder);
            return;
        }

        if (rows == 1)
        {
            // Units of as many panels as are read at once while there is one for every thread; what is left is shared evenly.
            int most = Tiles<TLanes, TVector>.PanelsAtOnce, threads = _pool.ThreadCount;
            _fullUnits = matrix.PanelCount / (most * threads) * threads;
            _lastUnits = Math.Min(threads, matrix.PanelCount - (_fullUnits * most));
            _pool.For(_fullUnits + _lastUnits, _oneRow);
            return;
        }

        // Units of equal numbers of whole tiles, and enough of them for threads that are not equally fast.
        _groupPanels = Math.Clamp(matrix.PanelCount / (4 * _pool.ThreadCount), 1, MostGroupPanels);
        int height = RowPacking<TLanes, TVector>.Height(rows), unitTiles = BlockRows / height;
        int tiles = RowPacking<TLanes, TVector>.TileCount(rows);
        _rowUnits = (tiles + unitTiles - 1) / unitTiles;
        _unitRows = (tiles + _rowUnits - 1) / _rowUnits * height;
        _pool.For(GroupCount(matrix) * _rowUnits, _manyRows);
    }

    private int GroupCount(PackedMatrix matrix) => (matrix.PanelCount + _groupPanels - 1) / _groupPanels;

    private void MultiplyRow(int unit, int worker)
    {
        switch (_matrix.Type)
        {
            case ElementType.F32:
                MultiplyRow<F32Format>(unit, worker);
                break;
            case ElementType.BF16:
                MultiplyRow<BFloat16Format>(unit, worker);
                break;
            case ElementType.F16:
                MultiplyRow<HalfFormat>(unit, worker);
                break;
            default:
                MultiplyRow<Int8Format>(unit, worker);
                break;
        }
    }

    private void MultiplyRow<TFormat>(int unit, int worker)
        where TFormat : IWeightFormat
    {
        PackedMatrix matrix = _matrix;
        int most = Tiles<TLanes, TVector>.PanelsAtOnce, panel = unit * most, end = panel + most;
        if (unit >= _fullUnits)
        {
            int full = _fullUnits * most, last = matrix.PanelCount - full, share = unit - _fullUnits;
            (panel, end) = (full + (last * share / _lastUnits), full + (last * (share + 1) / _lastUnits));
        }

        float* sums = _scratch.Of(worker);
        Tiles<TLanes, TVector>.Panels<TFormat>(_activations, matrix.Panel(panel), matrix.PanelLength, end - panel, sums, matrix.Inputs);
        FinishRows(sums, panel, end - panel, 0, 1);
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

    private void FinishRows(float* sums, int panel, int panels, int firstRow, int rows)
    {
        int firstOutput = panel * PanelWidth, count = Math.Min(panels * PanelWidth, _matrix.Outputs - firstOutput);
        float* scales = (float*)_matrix.Scales + firstOutput;
        float* bias = _matrix.Bias == 0 ? null : (float*)_matrix.Bias + firstOutput;
        if (_finish == Finish.Gelu && _rows > 1)
        {
            FinishPacked(sums, panels * PanelWidth, scales, bias, firstOutput, count, firstRow, rows);
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            float* destination = _destination + ((firstRow + row) * _stride) + firstOutput;
            Epilogue<TLanes, TVector>.Apply(_finish, sums + (row * panels * PanelWidth), scales, bias, destination, count);
        }
    }

    /// <summary>Finishes the sums in place, those of the rows that fill the last tile included, and packs them tile by tile.</summary>
    private void FinishPacked(float* sums, int stride, float* scales, float* bias, int firstOutput, int count, int firstRow, int rows)
    {
        int height = RowPacking<TLanes, TVector>.Height(_rows);
        for (int first = 0; first < rows; first += height)
        {
            int tileRows = Tiles<TLanes, TVector>.RowsFor(Math.Min(height, rows - first));
            float* tile = sums + ((nint)first * stride);
            for (int row = 0; row < tileRows; row++)
                Epilogue<TLanes, TVector>.Apply(_finish, tile + (row * stride), scales, bias, tile + (row * stride), count);
            float* packed = _destination + ((nint)(firstRow + first) * _matrix.Outputs) + ((nint)firstOutput * tileRows);
            RowPacking<TLanes, TVector>.Pack(tile, stride, tileRows, count, packed);
        }
    }
}
