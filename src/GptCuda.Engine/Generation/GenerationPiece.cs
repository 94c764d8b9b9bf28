namespace GptCuda.Engine.Generation;

/// <summary>What one step added to a sequence.</summary>
/// <param name="Token">The token of the continuation; null for text that was held back and is released at the end.</param>
/// <param name="Text">
/// The text that became certain: empty where a UTF-8 sequence is not complete or a stop string may have begun, and always empty
/// where the model has no vocabulary. The pieces put together are <see cref="GenerationResult.Text"/>.
/// </param>
public readonly record struct GenerationPiece(int? Token, string Text);
