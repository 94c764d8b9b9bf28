using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Checking.Log;

/// <summary>One pass over all blocks' logs: which pages were read and written, by whom, and what the L2 made of it.</summary>
internal sealed class LaunchPages
{
    private readonly Dictionary<ulong, PageState> _pages = [];

    /// <summary>Reads the logs, blocks in order.</summary>
    /// <param name="logs">One a block; null where a block accessed nothing.</param>
    /// <param name="cache">Is fed with the accesses, or null.</param>
    public LaunchPages(ReadOnlySpan<AccessLog?> logs, L2Cache? cache)
    {
        for (var block = 0; block < logs.Length; block++)
        {
            if (logs[block] is not { } log)
                continue;
            foreach (ref readonly var access in log.Accesses)
            {
                var number = access.Start / AccessLog.PageBytes;
                ref var page = ref CollectionsMarshal.GetValueRefOrAddDefault(_pages, number, out var isKnown);
                if (!isKnown)
                    page.Owner = block;
                page.IsShared |= page.Owner != block;
                page.NonCoherent |= (access.Kinds & LoggedKinds.NonCoherent) != 0;
                var sectors = Sectors(access);
                var isWrite = (access.Kinds & LoggedKinds.Write) != 0;
                if (isWrite)
                    page.Stored |= sectors;
                else
                    page.Loaded |= sectors;
                cache?.Touch(number, sectors, isWrite);
            }
        }
    }

    /// <summary>Counts the distinct sectors.</summary>
    public void Count(LaunchCounters counters)
    {
        foreach (var page in _pages.Values)
        {
            counters.DistinctLoadSectors += (long)UInt128.PopCount(page.Loaded);
            counters.DistinctStoreSectors += (long)UInt128.PopCount(page.Stored);
            counters.DistinctSectors += (long)UInt128.PopCount(page.Loaded | page.Stored);
        }
    }

    /// <summary>
    /// Whether an access may conflict with another block's, or be a read by ld.global.nc of something written. Most are reads of what
    /// nobody writes, or writes where nobody else goes.
    /// </summary>
    public bool IsContended(in LoggedAccess access)
    {
        var page = _pages[access.Start / AccessLog.PageBytes];
        return (page.IsShared || page.NonCoherent) && (Sectors(access) & page.Stored) != UInt128.Zero;
    }

    private static UInt128 Sectors(in LoggedAccess access)
    {
        var first = (int)(access.Start % AccessLog.PageBytes) / 32;
        var last = (int)((access.End - 1) % AccessLog.PageBytes) / 32;
        return (last - first == 127 ? UInt128.MaxValue : (UInt128.One << (last - first + 1)) - 1) << first;
    }
}
