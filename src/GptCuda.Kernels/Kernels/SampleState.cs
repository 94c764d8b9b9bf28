using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Kernels;

/// <summary>What changes from step to step of each row, in device memory, so that a captured graph serves every step.</summary>
/// <param name="Settings">[rows].</param>
/// <param name="Seen">[rows, <see cref="SampleKernel.SeenWords"/>]: bit i says that token i occurs in the sequence; kept up.</param>
/// <param name="Workspace">[rows, <see cref="SampleKernel.WorkspaceBytes"/>], prepared once by <see cref="SampleKernel.Prepare"/>.</param>
/// <param name="Tokens">[rows]: each sequence's newest token; written. For an invalid logit, its id.</param>
/// <param name="Places">Slots, -1 for a row without a sequence, which a row that ends becomes; positions, counted up.</param>
/// <param name="Sampled">[rows]: the token, or a negative <see cref="SampleOutcome"/>.</param>
public readonly record struct SampleState(
    DeviceSpan<SampleSettings> Settings, DeviceSpan<uint> Seen, DeviceSpan<byte> Workspace, DeviceSpan<int> Tokens, RowPlaces Places,
    DeviceSpan<int> Sampled);
