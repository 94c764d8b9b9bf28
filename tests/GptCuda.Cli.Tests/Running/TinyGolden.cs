using System.Text.Json;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests.Running;

/// <summary>Expected continuations of the shipped model, by another implementation.</summary>
internal static class TinyGolden
{
    public static IReadOnlyList<GoldenCase> Cases { get; } = Read(Repository.TestData("tiny-golden", "golden.json"));

    /// <summary>The prompt of README's first command.</summary>
    public static GoldenCase People => Cases.Single(item => item.Text == "The people of the United States");

    /// <summary>The cases of another model.</summary>
    public static IReadOnlyList<GoldenCase> Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(item => new GoldenCase(
            TextOf(item, "text"),
            [.. item.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32())],
            [.. item.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())],
            TextOf(item, "greedy_text")))];
    }

    private static string? TextOf(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
