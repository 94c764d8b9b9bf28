using GptCuda.Engine;

namespace GptCuda.Cli.SelfTest;

/// <summary>What <c>selftest</c> is to do.</summary>
/// <param name="Device"><c>auto</c>: a GPU where there is one; <c>cpu</c>: none; <c>cuda</c>: one in any case.</param>
/// <param name="Quick">Whether variations of kernel checks, most of the GPU's text, and the official model's are left out.</param>
/// <param name="Threads">Threads of the CPU; null for one a processor.</param>
/// <param name="ModelsDirectory">Where the official model is looked for; null for the usual place.</param>
internal sealed record SelfTestOptions(DeviceSelection Device, bool Quick, int? Threads, string? ModelsDirectory);
