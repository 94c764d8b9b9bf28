using GptCuda.Cli.Settings;

namespace GptCuda.Cli.Output;

/// <summary>What the two sides of a comparison are called, by what tells them apart.</summary>
internal sealed record ComparisonLabels(string First, string Second)
{
    public static ComparisonLabels Of(ComparedSide first, ComparedSide second)
    {
        string one = first.Model.Computation.ToString(), other = second.Model.Computation.ToString();
        return one == other ? new("--model", "--against-model") : new(one, other);
    }
}
