using GptCuda.Engine.Tokenization;

namespace GptCuda.Engine.Generation;

/// <summary>What a request is checked against.</summary>
/// <param name="Configuration">The model's shape.</param>
/// <param name="Tokenizer">Its vocabulary, if it has one.</param>
/// <param name="EndOfText">The token that ends a text, if there is one.</param>
internal sealed record ModelLimits(GptConfiguration Configuration, Tokenizer? Tokenizer, int? EndOfText)
{
    /// <summary>Checks that the model has a row for every id.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="at">What the message begins with.</param>
    /// <exception cref="ArgumentException">It has not; the message has the id.</exception>
    public void CheckIds(ReadOnlySpan<int> ids, string at = "")
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)Configuration.VocabularySize)
                throw new ArgumentException(
                    $"{at}token id {id} is outside the model's vocabulary: expected 0 to {Configuration.VocabularySize - 1}");
        }
    }
}
