using System.Collections.Immutable;

namespace GptCuda.Engine.Weights;

/// <summary>
/// The names and shapes of a GPT-2 model's tensors: the one place that knows them. Every source checks its files against it.
/// </summary>
/// <remarks>Names and shapes are those of Hugging Face's <c>GPT2LMHeadModel</c>; linear layers are its <c>Conv1D</c>, [in, out].</remarks>
public static class WeightCatalog
{
    /// <summary>Token embedding, [V, C]; also the matrix of the logits where embeddings are tied.</summary>
    public const string TokenEmbedding = "wte.weight";

    /// <summary>Position embedding, [context length, C].</summary>
    public const string PositionEmbedding = "wpe.weight";

    /// <summary>Scale of the last LayerNorm, [C].</summary>
    public const string FinalNormWeight = "ln_f.weight";

    /// <summary>Offset of the last LayerNorm, [C].</summary>
    public const string FinalNormBias = "ln_f.bias";

    /// <summary>Matrix of the logits, [V, C], where it is not the token embedding.</summary>
    public const string OutputEmbedding = "lm_head.weight";

    /// <summary>The name of a block's tensor: <c>Block(3, "attn.c_attn.weight")</c> is <c>h.3.attn.c_attn.weight</c>.</summary>
    public static string Block(int layer, string part) => $"h.{layer}.{part}";

    /// <summary>
    /// The tensors in the order of <see cref="IWeightSource.Tensors"/>. They are made one at a time as they are asked for, so a
    /// file that claims a billion layers costs nothing before its first missing tensor is found.
    /// </summary>
    public static IEnumerable<WeightShape> Tensors(GptConfiguration configuration)
    {
        long width = configuration.Width, inner = configuration.InnerSize;
        yield return new(TokenEmbedding, [configuration.VocabularySize, width]);
        yield return new(PositionEmbedding, [configuration.ContextLength, width]);
        for (int layer = 0; layer < configuration.LayerCount; layer++)
        {
            yield return new(Block(layer, "ln_1.weight"), [width]);
            yield return new(Block(layer, "ln_1.bias"), [width]);
            yield return new(Block(layer, "attn.c_attn.weight"), [width, 3 * width]);
            yield return new(Block(layer, "attn.c_attn.bias"), [3 * width]);
            yield return new(Block(layer, "attn.c_proj.weight"), [width, width]);
            yield return new(Block(layer, "attn.c_proj.bias"), [width]);
            yield return new(Block(layer, "ln_2.weight"), [width]);
            yield return new(Block(layer, "ln_2.bias"), [width]);
            yield return new(Block(layer, "mlp.c_fc.weight"), [width, inner]);
            yield return new(Block(layer, "mlp.c_fc.bias"), [inner]);
            yield return new(Block(layer, "mlp.c_proj.weight"), [inner, width]);
            yield return new(Block(layer, "mlp.c_proj.bias"), [width]);
        }

        yield return new(FinalNormWeight, [width]);
        yield return new(FinalNormBias, [width]);
        if (!configuration.TiedEmbeddings)
            yield return new(OutputEmbedding, [configuration.VocabularySize, width]);
    }

    /// <summary>Elements in all tensors together, a tied embedding counted once; 124,439,808 for the 124M model.</summary>
    /// <exception cref="OverflowException">The count does not fit in 64 bits.</exception>
    public static long ParameterCount(GptConfiguration configuration)
    {
        checked
        {
            long width = configuration.Width, inner = configuration.InnerSize;
            long block = width * (4 * width + 2 * inner) + 9 * width + inner;
            long rows = (long)configuration.VocabularySize * (configuration.TiedEmbeddings ? 1 : 2) + configuration.ContextLength;
            return rows * width + configuration.LayerCount * block + 2 * width;
        }
    }

    /// <summary>
    /// Whether a name is that of the causal mask that old versions of transformers stored with the weights:
    /// <c>h.N.attn.bias</c> and <c>h.N.attn.masked_bias</c>.
    /// </summary>
    internal static bool IsMaskBuffer(string name) =>
        name.StartsWith("h.", StringComparison.Ordinal)
        && (name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal));

    /// <summary>
    /// Whether a name lies where the model's own tensors lie, so that it cannot be left unread without changing the results.
    /// </summary>
    internal static bool IsInsideModel(string name) =>
        name.StartsWith("h.", StringComparison.Ordinal) || name.StartsWith("wte.", StringComparison.Ordinal)
        || name.StartsWith("wpe.", StringComparison.Ordinal) || name.StartsWith("ln_f.", StringComparison.Ordinal);

    /// <summary>A shape as messages show it: <c>[768, 2304]</c>.</summary>
    internal static string Text(ImmutableArray<long> shape) => $"[{string.Join(", ", shape)}]";
}
