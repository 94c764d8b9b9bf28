namespace GptCuda.Kernels.Kernels;

/// <summary>What stands in place of a sampled token where there is none.</summary>
public enum SampleOutcome
{
    /// <summary>The row has no sequence.</summary>
    Inactive = -1,

    /// <summary>A logit is NaN or plus infinity.</summary>
    InvalidLogit = -2,

    /// <summary>All logits are minus infinity.</summary>
    NoCandidate = -3,
}
