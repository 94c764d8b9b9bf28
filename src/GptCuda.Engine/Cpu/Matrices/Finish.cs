namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>What is done with the sums of a matrix product, after the scale and the bias of their outputs.</summary>
internal enum Finish
{
    /// <summary>They are the result.</summary>
    Store,

    /// <summary>
    /// GELU of them is the result, written as <see cref="RowPacking{TLanes, TVector}"/> packs rows: it is the input of a product, and has
    /// not left the cache yet.
    /// </summary>
    Gelu,

    /// <summary>They are added to what is there: the residual stream.</summary>
    AddTo,

    /// <summary>They are the result and have no bias: logits.</summary>
    StoreScaled,
}
