using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Kernels;

/// <summary>Where each row of a batch stands in the cache, in device memory, so that a captured graph serves every step.</summary>
/// <param name="Slots">[rows]; -1 for a row without a sequence.</param>
/// <param name="Positions">[rows].</param>
public readonly record struct RowPlaces(DeviceSpan<int> Slots, DeviceSpan<int> Positions);
