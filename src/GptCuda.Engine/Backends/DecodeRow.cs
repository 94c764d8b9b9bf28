using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Backends;

/// <summary>One sequence of a decode step.</summary>
/// <param name="Slot">The sequence's cache slot.</param>
/// <param name="Token">Its last token, not yet in the cache.</param>
/// <param name="Position">The position of <paramref name="Token"/>; the token sampled gets the next one.</param>
/// <param name="Sampling">How its next token is chosen.</param>
public readonly record struct DecodeRow(int Slot, int Token, int Position, SequenceSampling Sampling);
