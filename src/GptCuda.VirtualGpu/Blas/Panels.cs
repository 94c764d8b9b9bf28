namespace GptCuda.VirtualGpu.Blas;

/// <summary>
/// A piece of an operand in f32, as the kernel reads it: panels of <paramref name="Width"/> lines of the result, and in a panel, for
/// each k, that many numbers. Lines that the result does not have are zero.
/// </summary>
/// <param name="Start">The first panel.</param>
/// <param name="Width">Lines a panel.</param>
/// <param name="Depth">How many k a panel has room for.</param>
/// <param name="First">The k at which the next chunk begins.</param>
internal readonly unsafe record struct Panels(nint Start, int Width, int Depth, int First)
{
    public Panels(float* start, int width, int depth, int first) : this((nint)start, width, depth, first)
    {
    }

    /// <summary>Adds a chunk of k.</summary>
    /// <param name="matrix">The operand.</param>
    /// <param name="batch">Which of its matrices.</param>
    /// <param name="kIsContiguous">Whether k runs down the stored columns, and lines across them; else the other way round.</param>
    /// <param name="line">The first line.</param>
    /// <param name="lines">How many.</param>
    /// <param name="k">The first k.</param>
    /// <param name="count">How many.</param>
    /// <param name="rounding">What elements are rounded to.</param>
    /// <param name="buffer">Room for a stored column.</param>
    public void Fill(
        GemmMatrix matrix, int batch, bool kIsContiguous, int line, int lines, int k, int count, InputRounding rounding, float* buffer)
    {
        float* panels = (float*)Start;
        int padded = (lines + Width - 1) / Width * Width;
        if (kIsContiguous)
        {
            for (int i = 0; i < padded; i++)
            {
                float* target = panels + (i / Width * Depth + First) * Width + i % Width;
                if (i < lines)
                    Read(matrix, batch, line + i, k, count, rounding, buffer);
                else
                    new Span<float>(buffer, count).Clear();
                for (int j = 0; j < count; j++)
                    target[j * Width] = buffer[j];
            }
            return;
        }
        new Span<float>(buffer + lines, padded - lines).Clear();
        for (int j = 0; j < count; j++)
        {
            Read(matrix, batch, k + j, line, lines, rounding, buffer);
            for (int i = 0; i < padded; i += Width)
                new ReadOnlySpan<float>(buffer + i, Width).CopyTo(new Span<float>(panels + (i / Width * Depth + First + j) * Width, Width));
        }
    }

    private static void Read(GemmMatrix matrix, int batch, int column, int row, int count, InputRounding rounding, float* buffer)
    {
        Span<float> elements = new(buffer, count);
        Elements.Widen((byte*)matrix.At(batch, column) + (long)row * matrix.ElementBytes, matrix.Type, elements);
        if (rounding != InputRounding.None)
            Elements.Round(elements, rounding);
    }
}
