using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Kernels;

/// <summary>A weight matrix on the device; the memory is its owner's.</summary>
/// <param name="Elements">Rows, each padded with zeros to 16 bytes.</param>
/// <param name="Scales">One a row for int8, otherwise empty.</param>
public readonly record struct DeviceMatrix(DeviceSpan<byte> Elements, DeviceSpan<float> Scales = default);
