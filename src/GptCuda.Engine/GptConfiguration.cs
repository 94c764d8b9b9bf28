namespace GptCuda.Engine;

/// <summary>The shape and the numeric choices of a GPT-2 model, whatever file format it came from.</summary>
/// <remarks>Shapes elsewhere use T for tokens, C for <see cref="Width"/>, V for <see cref="VocabularySize"/>.</remarks>
public sealed record GptConfiguration
{
    /// <summary>Number of rows of the token embedding, V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most tokens a sequence can have, prompt and continuation together (n_positions, n_ctx).</summary>
    public required int ContextLength { get; init; }

    /// <summary>Channels of the residual stream, C (n_embd).</summary>
    public required int Width { get; init; }

    /// <summary>Attention heads a layer (n_head). Divides <see cref="Width"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Transformer blocks (n_layer).</summary>
    public required int LayerCount { get; init; }

    /// <summary>Channels inside the MLP (n_inner); 4 x <see cref="Width"/> unless the file says otherwise.</summary>
    public required int InnerSize { get; init; }

    /// <summary>Added to the variance in every LayerNorm (layer_norm_epsilon).</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether attention scores are divided by the square root of the head size (scale_attn_weights).</summary>
    public bool ScaleAttention { get; init; } = true;

    /// <summary>Whether layer i's attention scores are also divided by i + 1 (scale_attn_by_inverse_layer_idx).</summary>
    public bool ScaleAttentionByInverseLayer { get; init; }

    /// <summary>Whether logits use the token embedding; otherwise the weights have an lm_head.weight of their own.</summary>
    public bool TiedEmbeddings { get; init; } = true;

    /// <summary>Id of the token that ends a text (eos_token_id), or null where the model names none.</summary>
    public int? EndOfText { get; init; }

    /// <summary>Channels of one head.</summary>
    public int HeadSize => Width / HeadCount;

    /// <summary>Factor on the attention scores of a layer before the softmax.</summary>
    public double AttentionScale(int layer) =>
        (ScaleAttention ? 1 / Math.Sqrt(HeadSize) : 1) / (ScaleAttentionByInverseLayer ? layer + 1 : 1);
}
