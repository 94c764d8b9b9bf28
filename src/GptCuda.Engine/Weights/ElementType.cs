namespace GptCuda.Engine.Weights;

/// <summary>How one number of a weight matrix is held, in a file or in memory.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>Signed byte times one scale an output row; never stored in a file, made at load.</summary>
    Int8,
}
