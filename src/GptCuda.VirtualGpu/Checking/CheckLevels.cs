namespace GptCuda.VirtualGpu.Checking;

/// <summary>How the level of checking is chosen.</summary>
internal static class CheckLevels
{
    /// <summary>The environment variable that chooses it: all, bounds or none.</summary>
    public const string Variable = "GPTCUDA_VIRTUAL_CHECKS";

    /// <summary>The level that GPTCUDA_VIRTUAL_CHECKS names; all when it is not set.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    public static CheckLevel FromEnvironment() => Named(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The level with a name, in any case; all for null or nothing.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static CheckLevel Named(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        null or "" or "ALL" => CheckLevel.All,
        "BOUNDS" => CheckLevel.Bounds,
        "NONE" => CheckLevel.None,
        _ => throw new ArgumentException($"{Variable}={name}: all, bounds and none are known", nameof(name)),
    };
}
