using GptCuda.Engine;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>The vocabulary of a model, without its weights.</summary>
internal static class Vocabulary
{
    /// <summary>Loads the vocabulary files of a model's folder.</summary>
    /// <param name="location">A folder, or a <c>synthetic:</c> model.</param>
    /// <param name="command">Who needs them.</param>
    /// <exception cref="InvalidOperationException">The model has none.</exception>
    public static Tokenizer Load(string location, string command) =>
        !location.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal) && Tokenizer.IsIn(location)
            ? Tokenizer.Load(location)
            : throw Absent(location, $"{command} needs vocab.json and merges.txt, or encoder.json and vocab.bpe");

    /// <summary>Checks that a model takes text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="advice">What to do, or why it must.</param>
    /// <exception cref="InvalidOperationException">It has no vocabulary files.</exception>
    public static Tokenizer Require(GptModel model, string advice) => model.Tokenizer ?? throw Absent(model.Location, advice);

    /// <summary>Checks ids that came from the command line.</summary>
    /// <exception cref="UsageException">One is outside the vocabulary.</exception>
    public static void CheckRange(IEnumerable<int> ids, int size)
    {
        if (ProblemOf(ids, size) is { } problem)
            throw new UsageException(problem);
    }

    /// <summary>What is wrong with the first id that a vocabulary of this size does not have, or null.</summary>
    public static string? ProblemOf(IEnumerable<int> ids, int size)
    {
        foreach (int id in ids)
        {
            if (id < 0 || id >= size)
                return $"token id {id} is outside the vocabulary: expected 0 to {size - 1}";
        }
        return null;
    }

    private static InvalidOperationException Absent(string location, string advice) =>
        new($"{location} has no vocabulary files: {advice}");
}
