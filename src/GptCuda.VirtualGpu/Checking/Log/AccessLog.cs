using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking.Ordering;

namespace GptCuda.VirtualGpu.Checking.Log;

/// <summary>
/// Every global access of one block, requests that continue or repeat each other put together. What other blocks did is compared with
/// it when the launch is over, so that blocks never wait for each other and the verdict does not depend on which ran first.
/// </summary>
internal sealed class AccessLog
{
    /// <summary>Bytes of the pages that accesses are sorted by.</summary>
    public const int PageBytes = 4096;

    private readonly List<LoggedAccess> _accesses = [];
    private readonly List<Knowledge> _behind = [Knowledge.None];
    private readonly int[] _lastOfWarp;

    /// <summary>Makes an empty log.</summary>
    public AccessLog(int warps)
    {
        _lastOfWarp = new int[warps * 4];
        Array.Fill(_lastOfWarp, -1);
    }

    /// <summary>The accesses, nearly in order.</summary>
    public ReadOnlySpan<LoggedAccess> Accesses => CollectionsMarshal.AsSpan(_accesses);

    /// <summary>What the lanes of an access knew of other blocks.</summary>
    public Knowledge Behind(in LoggedAccess access) => _behind[access.Behind];

    /// <summary>The index to log accesses with by threads that know something of other blocks.</summary>
    public int IndexOf(Knowledge behind)
    {
        // Knowledge only grows and is shared by reference, so the last ones are the ones asked for.
        var index = _behind.LastIndexOf(behind);
        if (index >= 0)
            return index;
        _behind.Add(behind);
        return _behind.Count - 1;
    }

    /// <summary>Adds a run.</summary>
    public void Add(in WarpRun run, int warp, uint stamp, int behind, LoggedKinds kinds, int instruction)
    {
        var start = run.Start;
        var lane = (uint)run.FirstLane;
        while (start < run.End)
        {
            // Lanes do not straddle pages: accesses are aligned to their size.
            var end = Math.Min(run.End, (start | (PageBytes - 1)) + 1);
            AddInPage(
                start, (int)(end - start), run.LaneBytes, run.LaneBytes == 0 ? run.Lanes : lane, warp, stamp, behind, kinds, instruction);
            if (run.LaneBytes > 0)
                lane += (uint)(end - start) / (uint)run.LaneBytes;
            start = end;
        }
    }

    private void AddInPage(
        ulong start, int bytes, int laneBytes, uint lanes, int warp, uint stamp, int behind, LoggedKinds kinds, int instruction)
    {
        // Two streams a warp, as a loop over weights reads its vector in between.
        var slot = warp * 4 + ((kinds & LoggedKinds.Write) != 0 ? 2 : 0);
        for (var i = slot; i < slot + 2; i++)
        {
            if (_lastOfWarp[i] < 0)
                continue;
            ref var last = ref CollectionsMarshal.AsSpan(_accesses)[_lastOfWarp[i]];
            if (last.Stamp != stamp || last.Behind != behind || last.Kinds != kinds || last.LaneBytes != laneBytes)
                continue;
            if (last.Start == start && last.Bytes >= bytes && last.Lanes == lanes)
                return;
            if (laneBytes == 0 || last.End != start || start % PageBytes == 0)
                continue;
            if (((last.Lanes + (uint)(last.Bytes / laneBytes)) & 31) == lanes)
            {
                last.Bytes += bytes;
                return;
            }
        }
        _lastOfWarp[slot + 1] = _lastOfWarp[slot];
        _lastOfWarp[slot] = _accesses.Count;
        _accesses.Add(new()
        {
            Start = start,
            Bytes = bytes,
            Lanes = lanes,
            Stamp = stamp,
            Behind = behind,
            Instruction = instruction,
            LaneBytes = (byte)laneBytes,
            Warp = (byte)warp,
            Kinds = kinds,
        });
    }
}
