namespace GptCuda.Kernels.Tests.Suite.Counters;

/// <summary>A launch of a decode step.</summary>
/// <param name="Name">The kernel's name without its type.</param>
/// <param name="Times">Launches like it in a step.</param>
/// <param name="Floor">Bytes that it cannot do without: weights in their type, cache read and written, logits.</param>
internal sealed record StepLaunch(string Name, int Times, long Floor);
