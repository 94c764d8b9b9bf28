namespace GptCuda.Cli.Output;

/// <summary>One library in what <c>devices</c> tells.</summary>
/// <param name="Version">Its version, or null where it cannot be used.</param>
/// <param name="Path">Its file.</param>
/// <param name="Problem">Why it cannot be used, with all that was tried.</param>
internal sealed record LibraryFacts(string? Version, string? Path, string? Problem);
