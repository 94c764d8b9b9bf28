using GptCuda.Kernels.Kernels;

namespace GptCuda.KernelSuite;

/// <summary>What kernels compute, in double precision and as plainly as possible.</summary>
internal static class Oracle
{
    public static double[] LayerNorm(ReadOnlySpan<float> x, float[] gain, float[] shift, double epsilon)
    {
        double mean = 0, variance = 0;
        foreach (float value in x) mean += value;
        mean /= x.Length;
        foreach (float value in x) variance += (value - mean) * (value - mean);
        double scale = 1 / Math.Sqrt((variance / x.Length) + epsilon);
        var result = new double[x.Length];
        for (int i = 0; i < x.Length; i++) result[i] = ((x[i] - mean) * scale * gain[i]) + shift[i];
        return result;
    }

    /// <summary>One product's rows of outputs, and for each the sum of the absolute values of its terms.</summary>
    public static (double[] Sums, double[] Magnitudes) Product(EncodedMatrix matrix, double[] x)
    {
        int rows = matrix.Values.Length / matrix.Columns;
        var sums = new double[rows];
        var magnitudes = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < matrix.Columns; k++)
            {
                double term = matrix.Values[(row * matrix.Columns) + k] * x[k];
                sums[row] += term;
                magnitudes[row] += Math.Abs(term);
            }
        }
        return (sums, magnitudes);
    }

    public static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>The most that rounding to the cache's type changes a value by.</summary>
    public static double Rounding(MatrixType type, double value) => type switch
    {
        MatrixType.F32 => 0,
        MatrixType.BF16 => Math.ScaleB(Math.Abs(value), -8),
        _ => Math.ScaleB(Math.Abs(value), -11) + Math.ScaleB(1, -24),
    };

    /// <summary>softmax(scale q K^T) V over the keys given.</summary>
    public static double[] Attention(double[] query, double[][] keys, double[][] values, double scale)
    {
        var scores = keys.Select(key => key.Zip(query, (a, b) => a * b).Sum() * scale).ToArray();
        double highest = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - highest))];
        double total = weights.Sum();
        var result = new double[query.Length];
        for (int key = 0; key < keys.Length; key++)
        {
            for (int i = 0; i < result.Length; i++) result[i] += weights[key] / total * values[key][i];
        }
        return result;
    }
}
