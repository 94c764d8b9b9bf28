using System.Diagnostics;
using GptCuda.Engine;
using GptCuda.Engine.Cpu;

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
        if (model.Backend is CpuBackend cpu)
            Line("cache", Cache(CpuMemory.Of(cpu.Configuration, cpu.Options)));
        if (seed is not null)
            Line("seed", $"{seed}");
        Line(
            "load",
            $"{Milliseconds(statistics.LoadTime)} "
            + $"({string.Join(", ", statistics.LoadParts.Select(part => $"{part.Name} {Milliseconds(part.Time)}"))})");
        if (statistics.TimeToFirstToken is { } first)
            Line("time to first token", Milliseconds(first));
        Line("prefill", Speed(statistics.PrefillTokens, statistics.PrefillTokensPerSecond));
        Line("decode", Speed(statistics.DecodedTokens, statistics.DecodeTokensPerSecond));
        using var process = Process.GetCurrentProcess();
        Line("peak memory", Mebibytes(process.PeakWorkingSet64));

        void Line(string name, string value) => terminal.Error.WriteLine($"{name}: {value}");
    }

    private static string Cache(CpuMemory memory) =>
        $"{memory.SlotCount} {(memory.SlotCount == 1 ? "sequence" : "sequences")}, {Mebibytes(memory.CachePerSlot * memory.SlotCount)}";

    private static string Mebibytes(long bytes) => $"{bytes / (1024.0 * 1024):F1} MiB";

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:F1} ms";

    private static string Speed(long tokens, double rate) => $"{tokens} {(tokens == 1 ? "token" : "tokens")}, {rate:F1} tokens/s";
}
