using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>Several rows: a unit is a group of panels with up to 192 rows.</content>
internal sealed unsafe partial class MatrixProduct<TLanes, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRows<TFormat>(int unit, int worker)
        where TFormat : IWeightFormat
    {
        PackedMatrix matrix = _matrix;
        int panel = unit / _rowUnits * _groupPanels, panels = Math.Min(_groupPanels, matrix.PanelCount - panel);
        int firstRow = unit % _rowUnits * _unitRows, rows = Math.Min(_unitRows, _rows - firstRow);
        if (rows <= 0)
            return;

        // Units are claimed one by one, so which comes next is a guess; a wrong one costs a block read for nothing.
        int nextPanel = Math.Min((unit + _pool.ThreadCount) / _rowUnits * _groupPanels, matrix.PanelCount - 1);
        float* sums = _scratch.Of(worker);
        float* strip = sums + (SumRows * MostGroupPanels * PanelWidth);
        new Span<float>(sums, (rows + TLanes.TileRows) * panels * PanelWidth).Clear();
        for (int first = 0; first < matrix.Inputs; first += BlockInputs)
        {
            int depth = Math.Min(BlockInputs, matrix.Inputs - first);
            for (int i = 0; i < panels; i++)
            {
                byte* weights = matrix.Panel(panel + i) + (first * matrix.RowBytes);
                byte* next = i + 1 < panels ? weights + matrix.PanelLength
                    : first + depth < matrix.Inputs ? matrix.Panel(panel) + ((first + depth) * matrix.RowBytes)
                    : matrix.Panel(nextPanel);
                float* panelSums = sums + (i * PanelWidth);
                if (rows <= TLanes.TileRows)
                    MultiplyStored<TFormat>(weights, next, first, depth, firstRow, rows, panelSums, panels * PanelWidth);
                else
                    MultiplyUnpacked<TFormat>(weights, i == 0, next, first, depth, firstRow, rows, panelSums, panels * PanelWidth, strip);
            }
        }

        FinishRows(sums, panel, panels, firstRow, rows);
    }

    /// <summary>One tile of rows reads a block of a panel as it is stored, and meanwhile fetches the block that follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyStored<TFormat>(
        byte* weights, byte* next, int first, int depth, int firstRow, int rows, float* sums, int stride)
        where TFormat : IWeightFormat
    {
        int tileRows = Tiles<TLanes, TVector>.RowsFor(rows), rowBytes = PanelWidth * TFormat.Size;
        Fetching fetching = Fetching.Of(next, depth, rowBytes, PanelWidth / Tiles<TLanes, TVector>.StripWidth);
        float* tile = _activations + ((nint)firstRow * _matrix.Inputs) + ((nint)first * tileRows);
        for (int column = 0; column < PanelWidth; column += Tiles<TLanes, TVector>.StripWidth)
        {
            Tiles<TLanes, TVector>.Strip<TFormat>(
                tileRows, tile, weights + (column * TFormat.Size), rowBytes, sums + column, stride, depth, fetching);
            fetching = fetching.After(depth);
        }
    }

    /// <summary>
    /// Several tiles of rows: a strip of the block, as wide as a tile, is converted to f32 once and stays in the nearest cache while
    /// all tiles pass, which meanwhile fetch the block that follows, so that memory and arithmetic are both at work all the time.
    /// Where weights are f32 and a tile is as wide as a panel, the block is the strip.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyUnpacked<TFormat>(
        byte* weights, bool isFirst, byte* next, int first, int depth, int firstRow, int rows, float* sums, int stride, float* strip)
        where TFormat : IWeightFormat
    {
        int stripWidth = Tiles<TLanes, TVector>.StripWidth, inputs = _matrix.Inputs, rowBytes = PanelWidth * TFormat.Size;
        int height = RowPacking<TLanes, TVector>.Height(_rows), calls = PanelWidth / stripWidth * ((rows + height - 1) / height);
        Fetching fetching = Fetching.Of(next, depth, rowBytes, calls);
        for (int column = 0; column < PanelWidth; column += stripWidth)
        {
            if (typeof(TFormat) == typeof(F32Format) && stripWidth == PanelWidth)
                strip = (float*)weights;
            else
                Unpack<TFormat>(weights + (column * TFormat.Size), depth, strip);
            bool fetchTiles = isFirst && column == 0 && rows > 4 * height;
            for (int row = 0; row < rows; row += height)
            {
                int tileRows = Tiles<TLanes, TVector>.RowsFor(Math.Min(height, rows - row));
                float* tile = _activations + ((nint)(firstRow + row) * inputs) + ((nint)first * tileRows);
                Fetching ofTile = fetchTiles ? Fetching.OfTile(tile + ((nint)height * inputs), height) : fetching;
                Tiles<TLanes, TVector>.Strip<F32Format>(
                    tileRows, tile, (byte*)strip, stripWidth * sizeof(float), sums + ((nint)row * stride) + column, stride, depth, ofTile);
                fetching = fetching.After(depth);
            }
        }
    }

    /// <summary>A strip of a panel's block to f32, [depth][2 vectors].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack<TFormat>(byte* weights, int depth, float* strip)
        where TFormat : IWeightFormat
    {
        for (; depth > 0; depth--, weights += PanelWidth * TFormat.Size, strip += 2 * TLanes.Count)
        {
            TLanes.Store(TFormat.Load<TLanes, TVector>(weights), strip);
            TLanes.Store(TFormat.Load<TLanes, TVector>(weights + (TLanes.Count * TFormat.Size)), strip + TLanes.Count);
        }
    }
}
