namespace GptCuda.VirtualGpu.Memory;

/// <summary>
/// Where shared, local and parameter memory lie in the generic address space. The windows are reserved host addresses that nothing
/// can be read from, so no generic address can mean two things and a stray one is a fault.
/// </summary>
internal readonly struct AddressWindows
{
    /// <summary>Bytes of each window: more than any block's shared or thread's local memory.</summary>
    public const ulong WindowSize = 16 << 20;

    internal AddressWindows(ulong start) => Shared = start;

    /// <summary>Generic address of shared offset 0.</summary>
    public ulong Shared { get; }

    /// <summary>Generic address of local offset 0, of every thread.</summary>
    public ulong Local => Shared + WindowSize;

    /// <summary>Generic address of parameter offset 0.</summary>
    public ulong Parameter => Shared + 2 * WindowSize;

    /// <summary>
    /// The state space that a generic address names, and the address in that space: an offset in shared, local and parameter
    /// memory, the address itself in global memory. Constants are reached by global addresses.
    /// </summary>
    /// <param name="generic">A generic address.</param>
    /// <param name="address">The address in the space.</param>
    public StateSpace Resolve(ulong generic, out ulong address)
    {
        address = generic - Shared;
        if (address >= 3 * WindowSize)
        {
            address = generic;
            return StateSpace.Global;
        }
        var window = address / WindowSize;
        address %= WindowSize;
        return window switch { 0 => StateSpace.Shared, 1 => StateSpace.Local, _ => StateSpace.Parameter };
    }
}
