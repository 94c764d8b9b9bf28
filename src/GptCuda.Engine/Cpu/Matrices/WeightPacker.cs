using System.Buffers;
using System.Runtime.CompilerServices;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// Converts tensors of a source to the types and the layouts of the CPU backend, in pieces of about a megabyte, so that beside the
/// converted weights no more than a piece a thread is in memory. Thread-safe: tensors, and panels of one, may be converted at once.
/// </summary>
/// <param name="source">The weights.</param>
internal sealed unsafe class WeightPacker(IWeightSource source)
{
    /// <summary>Numbers read at a time, unless a row has more.</summary>
    private const int PieceLength = 1 << 18;

    private const int PanelWidth = PackedMatrix.PanelWidth;

    /// <summary>Reads a vector as it is.</summary>
    public void ReadVector(string name, float* destination, int length)
    {
        source.Read(name, 0, new Span<float>(destination, length));
        source.Release(name, 0, length);
    }

    /// <summary>Packs a matrix of a block, [in, out]: a row of the source has an input's weights for every output.</summary>
    public void PackInputRows(string name, PackedMatrix matrix)
    {
        int outputs = matrix.Outputs, pieceRows = Math.Clamp(PieceLength / outputs, 1, matrix.Inputs);
        var scales = new Span<float>((float*)matrix.Scales, matrix.PanelCount * PanelWidth);
        scales.Fill(1);
        float[] piece = ArrayPool<float>.Shared.Rent(pieceRows * outputs);
        try
        {
            if (matrix.Type == ElementType.Int8)
                FindScales();
            for (int first = 0; first < matrix.Inputs; first += pieceRows)
            {
                int rows = Math.Min(pieceRows, matrix.Inputs - first);
                source.Read(name, (long)first * outputs, piece.AsSpan(0, rows * outputs));
                PackPiece(first, rows);
                source.Release(name, (long)first * outputs, (long)rows * outputs);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(piece);
        }

        void FindScales()
        {
            var found = new Span<float>((float*)matrix.Scales, outputs);
            found.Clear();
            for (int first = 0; first < matrix.Inputs; first += pieceRows)
            {
                Span<float> values = piece.AsSpan(0, Math.Min(pieceRows, matrix.Inputs - first) * outputs);
                source.Read(name, (long)first * outputs, values);
                for (; !values.IsEmpty; values = values[outputs..])
                    WeightConversion.RaiseMaxima(values[..outputs], found);
            }

            foreach (ref float scale in found)
                scale = WeightRounding.Int8Scale(scale);
        }

        void PackPiece(int firstInput, int rows)
        {
            var filled = new float[PanelWidth];
            for (int panel = 0; panel < matrix.PanelCount; panel++)
            {
                int column = panel * PanelWidth, count = Math.Min(PanelWidth, outputs - column);
                byte* destination = matrix.Panel(panel) + (firstInput * matrix.RowBytes);
                for (int row = 0; row < rows; row++)
                {
                    Span<float> values = piece.AsSpan((row * outputs) + column, count);
                    if (count < PanelWidth)
                    {
                        values.CopyTo(filled);
                        values = filled;
                    }

                    Store(name, matrix, values, column, destination + (row * matrix.RowBytes));
                }
            }
        }
    }

    /// <summary>Packs one panel of an embedding, [out, in]: a row of the source has all weights of an output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackOutputRows(string name, PackedMatrix matrix, int panel)
    {
        int inputs = matrix.Inputs, first = panel * PanelWidth, rows = Math.Min(PanelWidth, matrix.Outputs - first);
        float[] piece = ArrayPool<float>.Shared.Rent(rows * inputs);
        try
        {
            Span<float> values = piece.AsSpan(0, rows * inputs);
            source.Read(name, (long)first * inputs, values);
            source.Release(name, (long)first * inputs, values.Length);
            var scales = new Span<float>((float*)matrix.Scales + first, PanelWidth);
            scales.Fill(1);
            if (matrix.Type == ElementType.Int8)
            {
                for (int row = 0; row < rows; row++)
                    scales[row] = RowScale(values.Slice(row * inputs, inputs));
            }

            Span<float> column = stackalloc float[PanelWidth];
            column.Clear();
            for (int input = 0; input < inputs; input++)
            {
                for (int row = 0; row < rows; row++)
                    column[row] = values[(row * inputs) + input];
                Store(name, matrix, column, first, matrix.Panel(panel) + (input * matrix.RowBytes));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(piece);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RowScale(ReadOnlySpan<float> row)
    {
        float largest = 0;
        foreach (float value in row)
            largest = WeightRounding.Largest(largest, value);
        return WeightRounding.Int8Scale(largest);
    }

    private void Store(string name, PackedMatrix matrix, ReadOnlySpan<float> values, int firstOutput, byte* destination)
    {
        if (matrix.Type == ElementType.Int8)
            WeightConversion.ToInt8(values, new ReadOnlySpan<float>((float*)matrix.Scales + firstOutput, PanelWidth), (sbyte*)destination);
        else
            Convert(name, matrix.Type, values, destination);
    }

    private void Convert(string name, ElementType type, ReadOnlySpan<float> values, byte* destination)
    {
        try
        {
            WeightConversion.ToType(type, values, destination);
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException($"{source.Location}: {name}: {exception.Message}; use bf16 or f32", exception);
        }
    }
}
