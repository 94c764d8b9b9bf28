using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Kernels;

/// <summary>A LayerNorm's weights on the device; the memory is its owner's.</summary>
/// <param name="Gain">[Width].</param>
/// <param name="Shift">[Width].</param>
/// <param name="Epsilon">Added to the variance.</param>
public readonly record struct LayerNormWeights(DeviceSpan<float> Gain, DeviceSpan<float> Shift, float Epsilon);
