using System.Text.Json;
using GptCuda.Kernels.Kernels;
using GptCuda.Tests;

namespace GptCuda.Kernels.Tests.Suite.Counters;

/// <summary>benchmarks/counters.json: the figures of a decode step by weight type.</summary>
internal static class CountersFile
{
    private const string What =
        "a decode step of GPT-2 124M for one sequence at position 512, counted by the GPU in software as an H100; written by eng/counters";

    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static string Location => Path.Combine(Repository.Root, "benchmarks", "counters.json");

    public static IReadOnlyList<LaunchFigures> Read(MatrixType type)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Location));
        return file.RootElement.GetProperty("steps").GetProperty(Name(type)).GetProperty("launches").Deserialize<LaunchFigures[]>(Layout)!;
    }

    /// <summary>Writes one type's figures, a line a launch, and keeps the others'.</summary>
    public static void Write(MatrixType type, StepFigures figures)
    {
        var steps = new SortedDictionary<string, StepFigures>(StringComparer.Ordinal) { [Name(type)] = figures };
        foreach (MatrixType other in Enum.GetValues<MatrixType>().Where(other => other != type && Has(other)))
            steps[Name(other)] = new StepFigures(Read(other));
        using var text = new StringWriter { NewLine = "\n" };
        text.WriteLine("{");
        text.WriteLine($"  \"what\": \"{What}\",");
        text.WriteLine("  \"steps\": {");
        foreach ((string name, StepFigures step) in steps)
        {
            text.WriteLine($"    \"{name}\": {{");
            text.WriteLine($"      \"launchesOfAStep\": {step.LaunchesOfAStep},");
            text.WriteLine($"      \"floorBytes\": {step.FloorBytes},");
            text.WriteLine(FormattableString.Invariant($"      \"distinctToFloor\": {step.DistinctToFloor},"));
            text.WriteLine(FormattableString.Invariant($"      \"requestedToFloor\": {step.RequestedToFloor},"));
            text.WriteLine("      \"launches\": [");
            text.WriteLine(string.Join(",\n", step.Launches.Select(launch => "        " + JsonSerializer.Serialize(launch, Layout))));
            text.WriteLine("      ]");
            text.WriteLine(name == steps.Keys.Last() ? "    }" : "    },");
        }
        text.WriteLine("  }");
        text.WriteLine("}");
        File.WriteAllText(Location, text.ToString());
    }

    private static bool Has(MatrixType type)
    {
        if (!File.Exists(Location)) return false;
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Location));
        return file.RootElement.GetProperty("steps").TryGetProperty(Name(type), out _);
    }

    private static string Name(MatrixType type) => type.ToString().ToLowerInvariant();
}
