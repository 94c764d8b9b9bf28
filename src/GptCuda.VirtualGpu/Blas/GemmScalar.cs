using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>alpha or beta: a value that was read at the call, or the device's address of one that is read when the product runs.</summary>
/// <param name="Name">Which.</param>
/// <param name="Value">The value; not used where there is an address.</param>
/// <param name="Address">The device's address, or 0.</param>
internal readonly record struct GemmScalar(string Name, float Value, ulong Address)
{
    /// <summary>The value, now that the product runs.</summary>
    /// <exception cref="VirtualFault">The address is not in a live allocation, or nothing was written there.</exception>
    public unsafe float Read(DeviceMemory memory, string subject, bool isInitializedChecked)
    {
        if (Address == 0)
            return Value;
        memory.Demand(Address, sizeof(float), subject);
        if (Address % sizeof(float) != 0)
            throw new VirtualFault(
                FaultKind.Misaligned, subject, $"{Name} is at 0x{Address:x}, which is no multiple of 4.")
            { Address = Address };
        if (isInitializedChecked && memory.FirstUninitialized(Address, sizeof(float)) is not null)
            throw new VirtualFault(
                FaultKind.UninitializedRead, subject, $"{Name} at 0x{Address:x} was never written.")
            { Address = Address };
        return *(float*)Address;
    }
}
