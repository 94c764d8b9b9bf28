using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Kernels;

/// <summary>How one sequence's tokens are chosen: Settings of kernels/sampling.cuh.</summary>
/// <param name="Seed">Key of the random stream.</param>
/// <param name="Share">Top-p as a multiple of 2^-32; 2^32 and above is off.</param>
/// <param name="Least">Min-p: weights below this, a multiple of 2^-40, are dropped; 0 is off.</param>
/// <param name="Penalty">Repetition penalty; 1 is off.</param>
/// <param name="Scale">log2(e) / temperature.</param>
/// <param name="TopK">0 is off.</param>
/// <param name="Sequence">The sequence's number in the random stream.</param>
/// <param name="Greedy">1: the highest logit, nothing is drawn.</param>
/// <param name="DropsCrossing">1: the token that crosses top-p is dropped (the OpenAI rule); 0: kept (Hugging Face).</param>
/// <param name="EndOfText">The token that ends the sequence; -1: none.</param>
/// <param name="LastPosition">A token chosen for this position is the sequence's last.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SampleSettings(
    ulong Seed, ulong Share, ulong Least, float Penalty, float Scale, uint TopK, uint Sequence, uint Greedy, uint DropsCrossing,
    int EndOfText, int LastPosition);
