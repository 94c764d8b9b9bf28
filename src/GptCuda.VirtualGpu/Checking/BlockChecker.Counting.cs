using System.Numerics;

namespace GptCuda.VirtualGpu.Checking;

internal sealed unsafe partial class BlockChecker
{
    private const int SectorBytes = 32;

    private void CountGlobal(in WarpAccess access, ReadOnlySpan<WarpRun> runs, uint askedMask)
    {
        var asked = BitOperations.PopCount(askedMask) * access.BytesPerLane;
        var sectors = Sectors(runs, out var distinctBytes);
        switch (access.Kind)
        {
            case AccessKind.Load or AccessKind.AsyncCopyRead:
                Counters.GlobalLoadRequests++;
                Counters.GlobalLoadBytes += asked;
                Counters.GlobalLoadSectors += sectors;
                Counters.GlobalMinimumSectors += (distinctBytes + SectorBytes - 1) / SectorBytes;
                if ((access.Hints & CacheHints.Streaming) == 0 && access.Kind != AccessKind.AsyncCopyRead)
                    break;
                Counters.StreamingBytes += asked;
                if ((_warpsThatUsedStreamed >> access.Warp & 1) == 0)
                    Counters.StreamingBytesBeforeFirstUse += asked;
                break;
            case AccessKind.Store:
                Counters.GlobalStoreRequests++;
                Counters.GlobalStoreBytes += asked;
                Counters.GlobalStoreSectors += sectors;
                break;
            default:
                Counters.GlobalAtomicRequests++;
                Counters.GlobalAtomicSectors += sectors;
                break;
        }
    }

    /// <summary>Distinct 32-byte sectors of a request, and the bytes in it that are distinct if its runs do not overlap.</summary>
    private static int Sectors(ReadOnlySpan<WarpRun> runs, out int distinctBytes)
    {
        var count = 0;
        distinctBytes = 0;
        var lastEnd = 0UL;
        for (var i = 0; i < runs.Length; i++)
        {
            ref readonly var run = ref runs[i];
            var first = run.Start / SectorBytes;
            var last = (run.End - 1) / SectorBytes;
            if (first >= lastEnd)
            {
                // In ascending order no sector has been seen before.
                count += (int)(last - first) + 1;
                distinctBytes += run.Bytes;
                lastEnd = last + 1;
                continue;
            }
            var isKnown = false;
            for (var sector = first; sector <= last; sector++)
            {
                isKnown = false;
                for (var j = 0; j < i && !isKnown; j++)
                    isKnown = runs[j].Start / SectorBytes <= sector && sector <= (runs[j].End - 1) / SectorBytes;
                count += isKnown ? 0 : 1;
            }
            var repeats = false;
            for (var j = 0; j < i && !repeats; j++)
                repeats = runs[j].Start < run.End && run.Start < runs[j].End;
            distinctBytes += repeats ? 0 : run.Bytes;
            lastEnd = Math.Max(lastEnd, last + 1);
        }
        return count;
    }
}
