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
        Check(prompt, model);
        return prompt.Text is { Length: > 0 } text ? model.Tokenizer!.Encode(text, prompt.AllowSpecial) : [.. prompt.Ids];
    }

    /// <summary>Checks that the model can take a prompt, however long.</summary>
    /// <exception cref="UsageException">An id is outside the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">The model has no vocabulary, and this is a text.</exception>
    public static void Check(Prompt prompt, GptModel model)
    {
        Vocabulary.CheckRange(prompt.Ids, model.Configuration.VocabularySize);
        if (prompt.Text is { Length: > 0 })
            Vocabulary.Require(model, "give --ids instead of text");
    }
}
