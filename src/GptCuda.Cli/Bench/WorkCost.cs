using GptCuda.Engine;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Bench;

/// <summary>What a forward pass cannot do without, so that times can be held against the limits of a machine.</summary>
/// <param name="Bytes">Weights read once, cache read and written once, logits written.</param>
/// <param name="Flops">Multiplications and additions of the matrix products and of attention.</param>
internal readonly record struct WorkCost(double Bytes, double Flops)
{
    /// <summary>The cost of one pass.</summary>
    /// <param name="shape">The model's shape.</param>
    /// <param name="type">How its matrices are held.</param>
    /// <param name="cacheType">How keys and values are held.</param>
    /// <param name="tokens">New tokens of each sequence; the logits of the last are wanted.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="position">Position of the first new token.</param>
    public static WorkCost Of(GptConfiguration shape, ElementType type, ElementType cacheType, int tokens, int batch, double position)
    {
        double width = shape.Width, inner = shape.InnerSize, layers = shape.LayerCount, vocabulary = shape.VocabularySize;
        double rows = (double)tokens * batch, seen = tokens * (position + ((tokens + 1) / 2.0));
        double entry = 3 * width * width, rest = (width * width) + (2 * width * inner);

        // Behind the keys and values of the last layer only the rows go on whose logits are wanted.
        double matrices = (layers * entry * rows) + (rest * (((layers - 1) * rows) + batch)) + (width * vocabulary * batch);
        double attention = 2 * width * batch * (((layers - 1) * seen) + position + tokens);
        double weights = (layers * (entry + rest)) + (width * vocabulary), vectors = (layers * ((9 * width) + inner)) + (2 * width);
        double cache = 2 * width * layers * batch * (position + (2 * tokens));
        double bytes = (weights * SizeOf(type)) + (4 * vectors) + (cache * SizeOf(cacheType)) + (4 * vocabulary * batch);
        return new(bytes, 2 * (matrices + attention));
    }

    private static double SizeOf(ElementType type) => type switch
    {
        ElementType.F32 => 4,
        ElementType.Int8 => 1,
        _ => 2,
    };
}
