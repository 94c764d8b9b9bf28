using System.Text.Json;
using GptCuda.Engine.Tests.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Reference;

/// <summary>What another implementation computed in double precision for a model of tests/data; see its README.</summary>
public sealed record GoldenCase(int[] Prompt, int[] Greedy, double SmallestMargin, double? MeanNll, float[] Logits)
{
    public static IReadOnlyList<GoldenCase> Load(params ReadOnlySpan<string> folder)
    {
        string directory = Repository.TestData(folder);
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "golden.json")));
        Dictionary<string, (long[] Shape, float[] Values)> logits = SafetensorsOracle.Read(Path.Combine(directory, "golden.safetensors"));
        var cases = new List<GoldenCase>();
        foreach (JsonElement element in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            JsonElement nll = element.GetProperty("mean_nll");
            cases.Add(new GoldenCase(
                Ids(element.GetProperty("prompt_ids")),
                Ids(element.GetProperty("greedy_ids")),
                element.GetProperty("smallest_margin").GetDouble(),
                nll.ValueKind == JsonValueKind.Null ? null : nll.GetDouble(),
                logits[element.GetProperty("logits").GetString()!].Values));
        }

        return cases;
    }

    /// <summary>Mean negative log-likelihood of tokens 1 to the last, from logits of all positions.</summary>
    public static double MeanNllOf<T>(ReadOnlySpan<T> logits, int[] tokens)
        where T : System.Numerics.INumber<T>
    {
        int vocabulary = logits.Length / tokens.Length;
        double total = 0;
        for (int t = 0; t + 1 < tokens.Length; t++)
        {
            double[] row = Array.ConvertAll(logits.Slice(t * vocabulary, vocabulary).ToArray(), double.CreateChecked);
            double maximum = row.Max();
            total += maximum + Math.Log(row.Sum(logit => Math.Exp(logit - maximum))) - row[tokens[t + 1]];
        }

        return total / (tokens.Length - 1);
    }

    /// <summary>The greatest difference, as a share of the largest expected magnitude; actual holds the last rows or all.</summary>
    public static double Difference<T>(ReadOnlySpan<T> actual, ReadOnlySpan<float> expected)
        where T : System.Numerics.INumber<T>
    {
        Assert.True(actual.Length >= expected.Length, $"{actual.Length} numbers, {expected.Length} expected");
        double largest = 0, difference = 0;
        actual = actual[^expected.Length..];
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            difference = Math.Max(difference, Math.Abs(double.CreateChecked(actual[i]) - expected[i]));
        }

        return difference / largest;
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
}
