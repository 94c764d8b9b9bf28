using System.Numerics;
using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Counting;

/// <summary>
/// How many passes a shared-memory access takes: 32 banks of 4 bytes, each giving one word a pass to however many lanes want it.
/// Accesses of 8 bytes go by half-warps, those of 16 by quarter-warps.
/// </summary>
internal static unsafe class SharedBanks
{
    /// <summary>Passes of an access, and the passes that the same bytes would take without conflicts.</summary>
    public static (int Wavefronts, int Minimum) Of(in WarpAccess access)
    {
        // A lane's 8 or 16 bytes lie in 2 or 4 neighbouring banks, which act as one wider bank.
        var shift = access.BytesPerLane switch { 16 => 4, 8 => 3, _ => 2 };
        var lanesPerPass = 128 >> shift;
        int wavefronts = 0, minimum = 0;
        for (var first = 0; first < 32; first += lanesPerPass)
        {
            var group = access.ActiveMask >> first & (uint)((1UL << lanesPerPass) - 1);
            if (group == 0)
                continue;
            wavefronts += PassesOfGroup(access.Addresses + first, group, shift, lanesPerPass);
            minimum++;
        }
        return (wavefronts, minimum);
    }

    private static int PassesOfGroup(ulong* addresses, uint lanes, int shift, int banks)
    {
        var places = stackalloc uint[32];
        // Bit i of a bank: the i-th distinct place lies in it.
        var placesOfBank = stackalloc uint[32];
        new Span<uint>(placesOfBank, banks).Clear();
        int count = 0, passes = 0;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var place = (uint)(addresses[BitOperations.TrailingZeroCount(lanes)] >> shift);
            ref var inBank = ref placesOfBank[place & (uint)(banks - 1)];
            var isKnown = false;
            for (var others = inBank; others != 0 && !isKnown; others &= others - 1)
                isKnown = places[BitOperations.TrailingZeroCount(others)] == place;
            if (isKnown)
                continue;
            places[count] = place;
            inBank |= 1u << count++;
            // Nearly always a bank's first place.
            if ((inBank & (inBank - 1)) != 0)
                passes = Math.Max(passes, BitOperations.PopCount(inBank));
        }
        return Math.Max(passes, 1);
    }
}
