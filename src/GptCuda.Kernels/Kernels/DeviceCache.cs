using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Kernels;

/// <summary>Keys and values on the device, [layer][slot][key|value][head][position][padded head size]; the memory is its owner's.</summary>
/// <param name="Elements">All of it; a head's padding is zero.</param>
/// <param name="Slots">Sequences that it has room for.</param>
/// <param name="Context">Positions of a slot.</param>
public readonly record struct DeviceCache(DeviceSpan<byte> Elements, int Slots, int Context);
