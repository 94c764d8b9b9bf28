using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>
/// Matrices in file order: a block of the file is put into strips, read along the file's rows because memory is fast only so, and
/// then tiles of all rows pass over it.
/// </content>
internal sealed unsafe partial class MatrixProduct<TLanes, TVector>
{
    /// <summary>Rows of activations of a unit; a multiple of all tiles' rows.</summary>
    private const int FileRows = 96;

    private const int FileInputs = 64;
    private const int FileOutputs = 512;

    private void MultiplyFileOrder(int unit, int worker)
    {
        PackedMatrix matrix = _matrix;
        int panel = unit / _rowUnits * _groupPanels, panels = Math.Min(_groupPanels, matrix.PanelCount - panel);
        int firstRow = unit % _rowUnits * FileRows, rows = Math.Min(FileRows, _rows - firstRow), stride = panels * PanelWidth;
        float* sums = _scratch.Of(worker);
        float* strips = sums + ((FileRows + TLanes.TileRows) * FileOutputs);
        new Span<float>(sums, (rows + TLanes.TileRows) * stride).Clear();
        int firstOutput = panel * PanelWidth;
        if (matrix.Order == FileOrder.InputRows)
        {
            int outputs = Math.Min(stride, matrix.Outputs - firstOutput);
            for (int first = 0; first < matrix.Inputs; first += FileInputs)
            {
                int depth = Math.Min(FileInputs, matrix.Inputs - first);
                float* block = (float*)matrix.Panels + ((nint)first * matrix.Outputs) + firstOutput;
                FileStrips<TLanes, TVector>.OfInputRows(block, matrix.Outputs, outputs, stride, depth, strips);
                MultiplyStrips(strips, first, depth, firstRow, rows, sums, stride, stride);
            }
        }
        else
        {
            for (int output = firstOutput; output < Math.Min(firstOutput + stride, matrix.Outputs); output += PanelWidth)
            {
                int outputs = Math.Min(PanelWidth, matrix.Outputs - output);
                float* block = (float*)matrix.Panels + ((nint)output * matrix.Inputs);
                FileStrips<TLanes, TVector>.OfOutputRows(block, matrix.Inputs, outputs, strips);
                MultiplyStrips(strips, 0, matrix.Inputs, firstRow, rows, sums + (output - firstOutput), stride, PanelWidth);
            }
        }

        FinishRows(sums, panel, panels, firstRow, rows);
    }

    /// <summary>All rows of the unit over some strips, [strip][depth][2 vectors].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyStrips(float* strips, int first, int depth, int firstRow, int rows, float* sums, int stride, int columns)
    {
        int stripWidth = Tiles<TLanes, TVector>.StripWidth, inputs = _matrix.Inputs, height = RowPacking<TLanes, TVector>.Height(_rows);
        for (int column = 0; column < columns; column += stripWidth)
        {
            var strip = (byte*)(strips + ((nint)column * depth));
            for (int row = 0; row < rows; row += height)
            {
                int tileRows = Tiles<TLanes, TVector>.RowsFor(Math.Min(height, rows - row));
                float* tile = _activations + ((nint)(firstRow + row) * inputs) + ((nint)first * tileRows);
                Tiles<TLanes, TVector>.Strip<F32Format>(
                    tileRows, tile, strip, stripWidth * sizeof(float), sums + ((nint)row * stride) + column, stride, depth, default);
            }
        }
    }
}
