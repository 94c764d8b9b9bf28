using GptCuda.Kernels.Memory;

namespace GptCuda.Engine.Cuda;

/// <summary>
/// Takes tensors out of an arena, or, without one, only counts what they would take: one description serves both, so that what is
/// refused for lack of memory is what would have been allocated.
/// </summary>
internal sealed class DevicePlan(DeviceArena? arena)
{
    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Room for a tensor; an empty range where only counting is done.</summary>
    /// <param name="length">Elements; 0 is an empty range.</param>
    /// <exception cref="OverflowException">More bytes than 64 bits can count.</exception>
    public DeviceSpan<T> Take<T>(long length)
        where T : unmanaged
    {
        if (length == 0)
            return default;
        Bytes = checked(Bytes + DeviceArena.Occupied<T>(length));
        return arena is null ? default : arena.Take<T>(length);
    }
}
