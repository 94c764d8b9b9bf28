using System.Collections;
using System.Runtime.InteropServices;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Cli.SelfTest;

/// <summary>The machine without its GPU, for a report of a fault.</summary>
/// <param name="Os">Name and version of the system.</param>
/// <param name="Architecture">Of the process, for example X64.</param>
/// <param name="Dotnet">The runtime.</param>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Processors">Logical processors that this process may use.</param>
/// <param name="Vectors">The vector instructions that the CPU backend uses.</param>
/// <param name="MemoryBytes">Bytes of memory that this process may use.</param>
/// <param name="Environment">The variables that change what this program does.</param>
internal sealed record SystemFacts(
    string Os,
    string Architecture,
    string Dotnet,
    string Cpu,
    int Processors,
    string Vectors,
    long MemoryBytes,
    SortedDictionary<string, string> Environment)
{
    private static readonly string[] Prefixes =
    [
        "GPTCUDA_", "CUDA_", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "DOTNET_Enable", "DOTNET_Tiered", "DOTNET_TC_",
        "DOTNET_ReadyToRun", "DOTNET_GC", "DOTNET_Prefer", "DOTNET_PROCESSOR_COUNT",
    ];

    public static SystemFacts OfThisMachine() => new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString(),
        RuntimeInformation.FrameworkDescription,
        ProcessorName(),
        System.Environment.ProcessorCount,
        VectorWidths.Widest switch
        {
            VectorWidth.Bits512 => Lanes512.Name,
            VectorWidth.Bits256 => Lanes256.Name,
            VectorWidth.Bits128 => Lanes128.Name,
            _ => LanesScalar.Name,
        },
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        new(Variables(), StringComparer.Ordinal));

    private static string ProcessorName()
    {
        const string Table = "/proc/cpuinfo", Key = "model name";
        try
        {
            IEnumerable<string> lines = File.Exists(Table) ? File.ReadLines(Table) : [];
            if (lines.FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal)) is { } named)
                return named[(named.IndexOf(':') + 1)..].Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A sandbox may keep it; the name is only for the report.
        }
        return System.Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }

    private static Dictionary<string, string> Variables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value))
        .Where(entry => !string.IsNullOrEmpty(entry.Value))
        .Where(entry => Prefixes.Any(prefix => entry.Name.StartsWith(prefix, StringComparison.Ordinal)))
        .ToDictionary(entry => entry.Name, entry => entry.Value!);
}
