using System.Diagnostics;
using GptCuda.Engine;

namespace GptCuda.Cli.Output;

/// <summary>What <c>--stats</c> prints on standard error.</summary>
internal static class StatisticsReport
{
    /// <param name="model">What has computed.</param>
    /// <param name="seed">The key of the random stream, or null where nothing was drawn.</param>
    /// <param name="terminal">Where to print.</param>
    public static void Write(GptModel model, ulong? seed, Terminal terminal)
    {
        terminal.ResultBegins();
        ModelStatistics statistics = model.Statistics;
        Line("model", $"{model.Location}; {model.Description}");
        if (seed is not null)
            Line("seed", $"{seed}");
        Line("load", Milliseconds(statistics.LoadTime));
        if (statistics.TimeToFirstToken is { } first)
            Line("time to first token", Milliseconds(first));
        Line("prefill", Speed(statistics.PrefillTokens, statistics.PrefillTokensPerSecond));
        Line("decode", Speed(statistics.DecodedTokens, statistics.DecodeTokensPerSecond));
        using var process = Process.GetCurrentProcess();
        Line("peak memory", $"{process.PeakWorkingSet64 / (1024.0 * 1024):F1} MiB");

        void Line(string name, string value) => terminal.Error.WriteLine($"{name}: {value}");
    }

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:F1} ms";

    private static string Speed(long tokens, double rate) => $"{tokens} tokens, {rate:F1} tokens/s";
}
