using System.Numerics;
using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>Puts a warp's 32 addresses together to runs, so that what is coalesced is checked and counted as one range.</summary>
internal static unsafe class WarpRuns
{
    /// <summary>Runs of an access, in order of lanes.</summary>
    /// <param name="access">The access; at least one lane is active.</param>
    /// <param name="runs">Receives at most 32.</param>
    /// <returns>How many.</returns>
    public static int Of(in WarpAccess access, Span<WarpRun> runs)
    {
        var mask = access.ActiveMask;
        var bytes = access.BytesPerLane;
        if (mask == uint.MaxValue)
        {
            var first = access.Addresses[0];
            var step = access.Addresses[1] - first;
            if (IsArithmetic(access.Addresses, first, step))
            {
                if (step == (ulong)bytes)
                {
                    runs[0] = new(first, 32 * bytes, 0, bytes, mask);
                    return 1;
                }
                if (step == 0)
                {
                    runs[0] = new(first, bytes, 0, 0, mask);
                    return 1;
                }
            }
        }
        var count = 0;
        WarpRun run = default;
        var previous = -2;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            var address = access.Addresses[lane];
            var isShared = BitOperations.PopCount(run.Lanes) > 1 && run.LaneBytes == 0;
            if (run.Lanes != 0 && address == run.Start && (isShared || BitOperations.IsPow2(run.Lanes)))
            {
                run = new(run.Start, bytes, 0, 0, run.Lanes | (1u << lane));
            }
            else if (run.Lanes != 0 && !isShared && lane == previous + 1 && address == run.End)
            {
                run = new(run.Start, run.Bytes + bytes, run.FirstLane, bytes, run.Lanes | (1u << lane));
            }
            else
            {
                if (run.Lanes != 0)
                    runs[count++] = run;
                run = new(address, bytes, lane, bytes, 1u << lane);
            }
            previous = lane;
        }
        runs[count++] = run;
        return count;
    }

    private static bool IsArithmetic(ulong* addresses, ulong first, ulong step)
    {
        var expected = Vector256.Create(first, first + step, first + 2 * step, first + 3 * step);
        var stride = Vector256.Create(4 * step);
        var difference = Vector256<ulong>.Zero;
        for (var i = 0; i < 32; i += 4)
        {
            difference |= Vector256.Load(addresses + i) ^ expected;
            expected += stride;
        }
        return difference == Vector256<ulong>.Zero;
    }
}
