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
        var wordsPerLane = Math.Max(1, access.BytesPerLane / 4);
        var lanesPerPass = Math.Max(1, 32 / wordsPerLane);
        int wavefronts = 0, minimum = 0;
        for (var first = 0; first < 32; first += lanesPerPass)
        {
            var group = access.ActiveMask >> first & (lanesPerPass == 32 ? uint.MaxValue : (1u << lanesPerPass) - 1);
            if (group == 0)
                continue;
            var (passes, words) = OfGroup(access.Addresses + first, group, wordsPerLane);
            wavefronts += passes;
            minimum += (words + 31) / 32;
        }
        return (wavefronts, minimum);
    }

    private static (int Passes, int Words) OfGroup(ulong* addresses, uint lanes, int wordsPerLane)
    {
        var words = stackalloc uint[32];
        // Bit i of a bank: the i-th distinct word lies in it.
        var banks = stackalloc uint[32];
        new Span<uint>(banks, 32).Clear();
        int count = 0, passes = 0;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var word = (uint)(addresses[BitOperations.TrailingZeroCount(lanes)] >> 2);
            for (var i = 0; i < wordsPerLane; i++, word++)
            {
                var bank = word & 31;
                var isKnown = false;
                for (var others = banks[bank]; others != 0 && !isKnown; others &= others - 1)
                    isKnown = words[BitOperations.TrailingZeroCount(others)] == word;
                if (isKnown)
                    continue;
                words[count] = word;
                banks[bank] |= 1u << count++;
                passes = Math.Max(passes, BitOperations.PopCount(banks[bank]));
            }
        }
        return (passes, count);
    }
}
