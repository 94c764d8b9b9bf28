using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Kernels;

/// <summary>A run of one sequence's new tokens, as kernels/attention_prefill.cu reads it.</summary>
/// <param name="FirstToken">Its first row in the batch.</param>
/// <param name="Count">Tokens.</param>
/// <param name="Slot">The sequence's slot in the cache.</param>
/// <param name="FirstPosition">Position of its first token.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct QueryTile(int FirstToken, int Count, int Slot, int FirstPosition);
