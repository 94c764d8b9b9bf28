using GptCuda.Engine.Backends;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine;

/// <summary>
/// GPT-2, to be read from top to bottom: every step in double precision, one plain loop after another, nothing kept between calls.
/// It is the truth that the fast backends are compared with, and is slow.
/// </summary>
/// <remarks>
/// Architecture: "Language Models are Unsupervised Multitask Learners" (Radford et al., 2019) and OpenAI's published code. T is
/// the number of tokens, C the width of the model, V the size of the vocabulary; [T, C] is a row of C numbers for each token.
/// Thread-safe as far as the source is.
/// </remarks>
/// <param name="weights">Where the weights are read from, tensor by tensor, on every call; stays the caller's.</param>
public sealed class ReferenceModel(IWeightSource weights)
{
    private readonly GptConfiguration _configuration = weights.Configuration;

    /// <summary>What the model expects after each token: the higher a logit, the likelier that token comes next.</summary>
    /// <param name="tokens">Ids, [T].</param>
    /// <param name="observer">Sees intermediate values, rounded to f32.</param>
    /// <returns>Logits, [T, V] row-major.</returns>
    /// <exception cref="ArgumentException">No tokens, more than the context holds, or an id outside the vocabulary.</exception>
    public double[] Logits(ReadOnlySpan<int> tokens, IForwardObserver? observer = null)
    {
        if (tokens.Length < 1 || tokens.Length > _configuration.ContextLength)
            throw new ArgumentException($"{tokens.Length} tokens: the model takes 1 to {_configuration.ContextLength}");

        // A token starts as the sum of what its id means and what its position means.
        int width = _configuration.Width;
        double[] tokenEmbedding = Read("wte.weight"), positionEmbedding = Read("wpe.weight");
        var x = new double[tokens.Length * width];
        for (int t = 0; t < tokens.Length; t++)
        {
            if (tokens[t] < 0 || tokens[t] >= _configuration.VocabularySize)
                throw new ArgumentException($"token {t} is {tokens[t]}: ids go from 0 to {_configuration.VocabularySize - 1}");
            for (int c = 0; c < width; c++)
                x[(t * width) + c] = tokenEmbedding[(tokens[t] * width) + c] + positionEmbedding[(t * width) + c];
        }

        Observe(observer, ForwardPoint.Embedding, -1, x);

        // Each block adds to it twice: what attention gathers from earlier tokens, then what an MLP makes of the token alone.
        for (int layer = 0; layer < _configuration.LayerCount; layer++)
        {
            string block = $"h.{layer}.";
            double[] queriesKeysValues = Linear(Normalize(x, block + "ln_1"), block + "attn.c_attn");
            double[] attention = Attention(queriesKeysValues, layer, observer);
            Add(x, Linear(attention, block + "attn.c_proj"));
            Observe(observer, ForwardPoint.ResidualAfterAttention, layer, x);

            double[] inner = Linear(Normalize(x, block + "ln_2"), block + "mlp.c_fc");
            Add(x, Linear(Array.ConvertAll(inner, Gelu), block + "mlp.c_proj"));
            Observe(observer, ForwardPoint.ResidualAfterMlp, layer, x);
        }

        // A logit is how well a token's final vector agrees with an embedding.
        x = Normalize(x, "ln_f");
        double[] outputEmbedding = _configuration.TiedEmbeddings ? tokenEmbedding : Read("lm_head.weight");
        var logits = new double[tokens.Length * _configuration.VocabularySize];
        for (int t = 0; t < tokens.Length; t++)
        {
            for (int v = 0; v < _configuration.VocabularySize; v++)
                logits[(t * _configuration.VocabularySize) + v] = Dot(x.AsSpan(t * width, width), outputEmbedding.AsSpan(v * width, width));
        }

        Observe(observer, ForwardPoint.Logits, -1, logits);
        return logits;
    }

    /// <summary>Every token looks at itself and those before it, and takes a weighted mean of their values, head by head.</summary>
    /// <remarks>The input is [T, 3C]: queries, keys and values side by side, and in each of them the heads side by side.</remarks>
    private double[] Attention(double[] queriesKeysValues, int layer, IForwardObserver? observer)
    {
        int width = _configuration.Width, size = _configuration.HeadSize, count = queriesKeysValues.Length / (3 * width);
        double[] queries = Columns(0), keys = Columns(width), values = Columns(2 * width);
        Observe(observer, ForwardPoint.Query, layer, queries);
        Observe(observer, ForwardPoint.Key, layer, keys);
        Observe(observer, ForwardPoint.Value, layer, values);

        var mixed = new double[count * width];
        for (int head = 0; head < _configuration.HeadCount; head++)
        {
            for (int t = 0; t < count; t++)
            {
                ReadOnlySpan<double> query = queries.AsSpan((t * width) + (head * size), size);
                var share = new double[t + 1];
                for (int s = 0; s <= t; s++)
                    share[s] = Dot(query, keys.AsSpan((s * width) + (head * size), size)) * _configuration.AttentionScale(layer);

                // Softmax; less the maximum, so that no exponential overflows.
                double maximum = share.Max();
                share = Array.ConvertAll(share, score => Math.Exp(score - maximum));
                double sum = share.Sum();
                for (int s = 0; s <= t; s++)
                {
                    for (int c = head * size; c < (head + 1) * size; c++)
                        mixed[(t * width) + c] += share[s] / sum * values[(s * width) + c];
                }
            }
        }

        Observe(observer, ForwardPoint.Attention, layer, mixed);
        return mixed;

        double[] Columns(int first)
        {
            var columns = new double[count * width];
            for (int t = 0; t < count; t++)
                queriesKeysValues.AsSpan((t * 3 * width) + first, width).CopyTo(columns.AsSpan(t * width));
            return columns;
        }
    }

    /// <summary>LayerNorm: each row gets mean 0 and variance 1, then a learned scale and offset.</summary>
    private double[] Normalize(double[] x, string name)
    {
        double[] scale = Read(name + ".weight"), offset = Read(name + ".bias");
        int width = scale.Length;
        var normalized = new double[x.Length];
        for (int row = 0; row < x.Length; row += width)
        {
            double mean = 0, variance = 0;
            for (int c = 0; c < width; c++)
                mean += x[row + c] / width;
            for (int c = 0; c < width; c++)
                variance += (x[row + c] - mean) * (x[row + c] - mean) / width;
            for (int c = 0; c < width; c++)
                normalized[row + c] = ((x[row + c] - mean) / Math.Sqrt(variance + _configuration.LayerNormEpsilon) * scale[c]) + offset[c];
        }

        return normalized;
    }

    /// <summary>x W + b, row by row; W is [in, out].</summary>
    private double[] Linear(double[] x, string name)
    {
        double[] matrix = Read(name + ".weight"), bias = Read(name + ".bias");
        int outputs = bias.Length, inputs = matrix.Length / outputs, rows = x.Length / inputs;
        var y = new double[rows * outputs];
        for (int row = 0; row < rows; row++)
        {
            Span<double> sums = y.AsSpan(row * outputs, outputs);
            bias.CopyTo(sums);
            for (int i = 0; i < inputs; i++)
            {
                for (int o = 0; o < outputs; o++)
                    sums[o] += x[(row * inputs) + i] * matrix[(i * outputs) + o];
            }
        }

        return y;
    }

    /// <summary>A smooth step that lets positive numbers through: GELU in its tanh form.</summary>
    private static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Add(double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] += y[i];
    }

    private double[] Read(string name)
    {
        var values = new float[weights.Tensors.Single(tensor => tensor.Name == name).ElementCount];
        weights.Read(name, 0, values);
        return Array.ConvertAll(values, value => (double)value);
    }

    private static void Observe(IForwardObserver? observer, ForwardPoint point, int layer, double[] values) =>
        observer?.Observe(point, layer, Array.ConvertAll(values, value => (float)value));
}
