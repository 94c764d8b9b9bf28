using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Input;

/// <summary>Makes token ids of what the command line gives.</summary>
internal static class PromptIds
{
    /// <exception cref="UsageException">An id is outside the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">The model has no vocabulary, and this is a text.</exception>
    public static int[] Of(Prompt prompt, GptModel model)
    {
        if (prompt.Text is null)
        {
            Vocabulary.CheckRange(prompt.Ids, model.Configuration.VocabularySize);
            return [.. prompt.Ids];
        }
        return model.Tokenizer is { } tokenizer
            ? tokenizer.Encode(prompt.Text, prompt.AllowSpecial)
            : throw new InvalidOperationException($"{model.Location} has no vocabulary files; give --ids instead of text");
    }
}
