namespace GptCuda.KernelSuite;

/// <summary>Comparisons that a check fails by.</summary>
internal static class Expect
{
    /// <summary>Fails where a value is farther from the expected one than allowed, or is no number.</summary>
    public static void Near(string what, double expected, double actual, double allowed)
    {
        // Written so that NaN fails.
        if (!(Math.Abs(actual - expected) <= allowed))
            throw new KernelCheckException(
                $"{what}: expected {expected:G9}, found {actual:G9}; off by {Math.Abs(actual - expected):G3}, allowed {allowed:G3}");
    }

    /// <summary>Fails where two values differ.</summary>
    public static void Equal<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) throw new KernelCheckException(
            $"{what}: expected {expected}, found {actual}");
    }
}
