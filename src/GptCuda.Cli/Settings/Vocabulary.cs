using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>The vocabulary of a model, without its weights.</summary>
internal static class Vocabulary
{
    /// <summary>Loads the vocabulary files of a model's folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has none.</exception>
    public static Tokenizer Load(string location) =>
        location.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal)
            ? throw new FileNotFoundException($"{location} has no vocabulary; it takes and gives token ids")
            : Tokenizer.Load(location);

    /// <summary>Checks ids that came from the command line.</summary>
    /// <exception cref="UsageException">One is outside the vocabulary.</exception>
    public static void CheckRange(IEnumerable<int> ids, int size)
    {
        foreach (int id in ids)
        {
            if (id >= size)
                throw new UsageException($"token id {id} is outside the vocabulary: expected 0 to {size - 1}");
        }
    }
}
