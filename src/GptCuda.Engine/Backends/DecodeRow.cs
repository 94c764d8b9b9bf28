using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Backends;

/// <summary>One sequence of a decode step.</summary>
/// <param name="Slot">The sequence's cache slot.</param>
/// <param name="Token">Its last token, not yet in the cache.</param>
/// <param name="Position">The position of <paramref name="Token"/>; the token sampled gets the next one.</param>
/// <param name="Sampling">How its next token is chosen.</param>
/// <param name="EndOfText">The token after which the sequence will not be decoded further; -1: none.</param>
/// <param name="LastPosition">The position whose token is the sequence's last, whichever it is.</param>
/// <remarks>
/// The last two let a backend that works ahead stop with the sequence; a sequence that ends by another rule is simply absent from the
/// next step.
/// </remarks>
public readonly record struct DecodeRow(
    int Slot, int Token, int Position, SequenceSampling Sampling, int EndOfText = -1, int LastPosition = int.MaxValue);
