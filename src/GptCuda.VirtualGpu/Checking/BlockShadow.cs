using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking.Log;
using GptCuda.VirtualGpu.Checking.Ordering;
using GptCuda.VirtualGpu.Checking.Shadow;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// What is remembered of one running block: shadows of its shared memory and of the pages of global memory that it has written, and
/// which bytes of shared and local memory are initialised. Used again by later blocks.
/// </summary>
internal sealed class BlockShadow
{
    private static readonly ConcurrentBag<BlockShadow> Idle = [];

    private readonly Dictionary<ulong, ShadowMemory> _written = [];
    private readonly Stack<ShadowMemory> _freePages = new();
    private readonly Dictionary<ulong, List<int>> _readsOfPage = [];
    private int _localBytes;
    private int _logAtFloor;
    private int _indexed;
    private ulong _lastPage = ulong.MaxValue;
    private ShadowMemory? _lastWritten;

    private BlockShadow(int sharedBytes, long localBytes)
    {
        Shared = new ShadowMemory(Math.Max(sharedBytes, 16));
        SharedInitialized = new InitializedBytes(Math.Max(sharedBytes, 64));
        LocalInitialized = new InitializedBytes(Math.Max(localBytes, 64));
        LocalSize = localBytes;
    }

    /// <summary>The block's shared memory.</summary>
    public ShadowMemory Shared { get; }

    /// <summary>Which bytes of it have been written.</summary>
    public InitializedBytes SharedInitialized { get; }

    /// <summary>Which bytes of local memory have been written, threads one behind the other.</summary>
    public InitializedBytes LocalInitialized { get; }

    private long LocalSize { get; }

    /// <summary>A shadow for a block of a launch, with nothing in it.</summary>
    public static BlockShadow Take(LaunchDescription launch)
    {
        var localBytes = (long)launch.LocalBytes * launch.Threads;
        if (!Idle.TryTake(out var shadow) || shadow.Shared.Size < launch.SharedBytes || shadow.LocalSize < localBytes)
        {
            // One that is too small is left to the collector but for its reserved memory.
            shadow?.Release();
            shadow = new BlockShadow(Math.Max(launch.SharedBytes, 48 * 1024), localBytes);
        }
        shadow.Shared.Clear(launch.SharedBytes);
        shadow.SharedInitialized.Reset(0, launch.SharedBytes);
        shadow.LocalInitialized.Reset(0, localBytes);
        shadow._localBytes = launch.LocalBytes;
        return shadow;
    }

    /// <summary>Gives the shadow to later blocks.</summary>
    public void Return()
    {
        foreach (var page in _written.Values)
            _freePages.Push(page);
        _written.Clear();
        _readsOfPage.Clear();
        _logAtFloor = _indexed = 0;
        _lastPage = ulong.MaxValue;
        Idle.Add(this);
    }

    /// <summary>Where a thread's local memory begins in <see cref="LocalInitialized"/>.</summary>
    public long LocalOffset(int thread) => (long)thread * _localBytes;

    /// <summary>A barrier is complete: older reads can race with nothing any more, unless threads have exited since.</summary>
    public void FloorMoved(BlockTime time, int logged)
    {
        if (time.SafeFloor + 1 != time.Now)
            return;
        _logAtFloor = _indexed = logged;
        _readsOfPage.Clear();
    }

    /// <summary>The shadow of a page of global memory if the block has written there, or null.</summary>
    public ShadowMemory? Written(ulong page)
    {
        if (_written.Count == 0)
            return null;
        if (page == _lastPage)
            return _lastWritten;
        _lastPage = page;
        return _lastWritten = _written.GetValueOrDefault(page);
    }

    /// <summary>The shadow of a page that the block is about to write; the block's earlier reads of it are put in.</summary>
    public ShadowMemory ToWrite(ulong page, BlockTime time, AccessLog log)
    {
        if (Written(page) is { } known)
            return known;
        if (!_freePages.TryPop(out var shadow))
            shadow = new ShadowMemory(AccessLog.PageBytes);
        shadow.Clear(AccessLog.PageBytes);
        _written.Add(page, shadow);
        (_lastPage, _lastWritten) = (page, shadow);
        var accesses = log.Accesses;
        for (; _indexed < accesses.Length; _indexed++)
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _readsOfPage, accesses[_indexed].Start / AccessLog.PageBytes, out _);
            (list ??= []).Add(_indexed);
        }
        if (!_readsOfPage.TryGetValue(page, out var reads))
            return shadow;
        foreach (var index in reads)
            PutIn(shadow, time, accesses[index]);
        return shadow;
    }

    private static void PutIn(ShadowMemory shadow, BlockTime time, in LoggedAccess access)
    {
        // Requests that were put together wrap around the warp: one warp's width at a time.
        var strength = (access.Kinds & LoggedKinds.StrongInBlock) != 0 ? ShadowRecord.StrongWrite : 0;
        var offset = (int)(access.Start % AccessLog.PageBytes);
        if (access.LaneBytes == 0)
        {
            shadow.Read(time, access.Stamp,
                [new(offset, access.Bytes, access.Warp, 0, 0, access.Lanes, strength, access.Instruction)]);
            return;
        }
        var lane = (int)access.Lanes;
        for (var done = 0; done < access.Bytes;)
        {
            var bytes = Math.Min(access.Bytes - done, (32 - lane) * access.LaneBytes);
            shadow.Read(time, access.Stamp,
                [new(offset + done, bytes, access.Warp, lane, access.LaneBytes, 0, strength, access.Instruction)]);
            done += bytes;
            lane = 0;
        }
    }

    private void Release()
    {
        SharedInitialized.Dispose();
        LocalInitialized.Dispose();
    }
}
