using GptCuda.Engine;

namespace GptCuda.Cli.Input;

/// <summary>What is compared where no prompt is given.</summary>
internal static class DefaultPrompt
{
    private const string Text = "Alan Turing theorized that computers would one day become";

    /// <summary>Ids of a text, or, where the model has no vocabulary, up to 16 ids from all of its range.</summary>
    public static int[] For(GptModel model)
    {
        int[] ids = model.Tokenizer?.Encode(Text)
            ?? [.. Enumerable.Range(1, 16).Select(i => (int)(i * 7919L % model.Configuration.VocabularySize))];
        // At least one token of the context is left for the texts.
        return ids[..Math.Clamp(model.Configuration.ContextLength - 1, 1, ids.Length)];
    }
}
