namespace GptCuda.Cli.SelfTest;

/// <summary>What one check of <c>selftest</c> came to.</summary>
/// <param name="Group">cpu, cuda or kernels.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Status">passed, failed or skipped.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Detail">What was found, why it failed, or why it was skipped.</param>
internal sealed record CheckFacts(string Group, string Name, string Status, double Seconds, string? Detail)
{
    public const string Passed = "passed", Failed = "failed", Skipped = "skipped";
}
