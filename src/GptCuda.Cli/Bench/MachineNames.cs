using System.Globalization;

namespace GptCuda.Cli.Bench;

/// <summary>What the system tells of itself for a report; on other systems than Linux it tells less.</summary>
internal static class MachineNames
{
    /// <summary>The processor's name, or null.</summary>
    public static string? Processor()
    {
        string? line = Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    /// <summary>Processes that wanted to run, averaged over the last minute, or null.</summary>
    public static double? LoadAverage() =>
        Lines("/proc/loadavg").FirstOrDefault() is { } line ? double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture) : null;

    private static IEnumerable<string> Lines(string path) => File.Exists(path) ? File.ReadLines(path) : [];
}
