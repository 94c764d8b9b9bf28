namespace GptCuda.KernelSuite;

/// <summary>Every check of the suite that needs nothing but a GPU.</summary>
public static class KernelChecks
{
    /// <summary>All of them, in the order of a token's way through the model.</summary>
    public static IReadOnlyList<KernelCheck> All { get; } =
    [
        .. ConvertChecks.All(), .. ElementwiseChecks.All(), .. MatrixVectorChecks.All(), .. AttentionChecks.All(),
        .. AttentionChecks.Prefills(),
        .. LargeCacheChecks.All(),
    ];
}
