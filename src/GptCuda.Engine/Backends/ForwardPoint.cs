namespace GptCuda.Engine.Backends;

/// <summary>The named points of a forward pass at which an observer sees values.</summary>
public enum ForwardPoint
{
    /// <summary>Token plus position embedding, [T, C]; layer is -1.</summary>
    Embedding,

    /// <summary>Queries of a layer, [T, C], heads side by side.</summary>
    Query,

    /// <summary>Keys of a layer, [T, C].</summary>
    Key,

    /// <summary>Values of a layer, [T, C].</summary>
    Value,

    /// <summary>Output of attention before its projection, [T, C].</summary>
    Attention,

    /// <summary>Residual stream after the attention half of a layer, [T, C].</summary>
    ResidualAfterAttention,

    /// <summary>Residual stream after the MLP half of a layer, [T, C].</summary>
    ResidualAfterMlp,

    /// <summary>Logits of the wanted rows, [R, V]; layer is -1.</summary>
    Logits,
}
