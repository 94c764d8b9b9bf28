using System.Text;

namespace GptCuda.Cli.Tests.Running;

/// <summary>What a finished process left.</summary>
internal sealed record CliResult(int ExitCode, byte[] OutputBytes, byte[] ErrorBytes)
{
    // Strict: anything that is not UTF-8 fails the test that looks at it.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Output => Utf8.GetString(OutputBytes);

    public string Error => Utf8.GetString(ErrorBytes);

    /// <summary>Lines of standard output without their ends.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Lines of standard error without the one that says what <c>auto</c> chose.</summary>
    public string[] ErrorLines => [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(
        line => !line.StartsWith("gptcuda: device: ", StringComparison.Ordinal))];

    /// <summary>Fails with what the process said where it did not succeed.</summary>
    public CliResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }

    /// <summary>Checks for one plain line on standard error that contains the texts, and nothing on standard output.</summary>
    public CliResult Failed(int exitCode, params ReadOnlySpan<string> texts)
    {
        Assert.True(ExitCode == exitCode, $"expected exit code {exitCode}, found {ExitCode}: {Error}");
        Assert.Empty(OutputBytes);
        string line = Assert.Single(ErrorLines);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        foreach (string text in texts)
            Assert.Contains(text, line, StringComparison.Ordinal);
        return this;
    }
}
