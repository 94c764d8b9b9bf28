namespace GptCuda.VirtualGpu.Counting;

/// <summary>
/// A device's second-level cache, from launch to launch: which sectors would be found in it, and what memory would move. Least recently
/// used 4 KiB pages make room, of which only the 32-byte sectors that were touched take any. Launches are fed in after they end, their
/// blocks in order: a model to argue bytes with, not one of timing. Not thread-safe.
/// </summary>
internal sealed class L2Cache
{
    private const int SectorBytes = 32;
    private readonly Dictionary<ulong, int> _index = [];
    private readonly List<Page> _pages = [];
    private readonly Stack<int> _free = new();
    private readonly long _capacitySectors;
    private long _usedSectors;
    private int _newest = -1;
    private int _oldest = -1;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="bytes">Its size.</param>
    public L2Cache(long bytes) => _capacitySectors = Math.Max(bytes / SectorBytes, 128);

    /// <summary>Bytes read from memory so far.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Bytes written back to memory so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Sectors of one 4 KiB page are read or written; a write fetches nothing.</summary>
    /// <param name="page">The page's number.</param>
    /// <param name="sectors">Bit i for the page's sector i.</param>
    /// <param name="isWrite">Whether they are written.</param>
    public void Touch(ulong page, UInt128 sectors, bool isWrite)
    {
        if (!_index.TryGetValue(page, out var index))
        {
            index = _free.Count > 0 ? _free.Pop() : _pages.Count;
            if (index == _pages.Count)
                _pages.Add(default);
            _index.Add(page, index);
            _pages[index] = new() { Number = page, Newer = -1, Older = -1 };
            PutFirst(index);
        }
        else if (index != _newest)
        {
            Unlink(index);
            PutFirst(index);
        }
        var entry = _pages[index];
        var missing = Count(sectors & ~entry.Valid);
        if (!isWrite)
            ReadBytes += missing * SectorBytes;
        else
            entry.Dirty |= sectors;
        entry.Valid |= sectors;
        _pages[index] = entry;
        for (_usedSectors += missing; _usedSectors > _capacitySectors && _oldest != index;)
            Evict();
    }

    private static long Count(UInt128 bits) => (long)UInt128.PopCount(bits);

    private void Evict()
    {
        var index = _oldest;
        var page = _pages[index];
        _usedSectors -= Count(page.Valid);
        WrittenBytes += Count(page.Dirty) * SectorBytes;
        Unlink(index);
        _index.Remove(page.Number);
        _free.Push(index);
    }

    private void PutFirst(int index)
    {
        var page = _pages[index];
        (page.Newer, page.Older) = (-1, _newest);
        _pages[index] = page;
        if (_newest >= 0)
            _pages[_newest] = _pages[_newest] with { Newer = index };
        else
            _oldest = index;
        _newest = index;
    }

    private void Unlink(int index)
    {
        var page = _pages[index];
        if (page.Newer >= 0)
            _pages[page.Newer] = _pages[page.Newer] with { Older = page.Older };
        else
            _newest = page.Older;
        if (page.Older >= 0)
            _pages[page.Older] = _pages[page.Older] with { Newer = page.Newer };
        else
            _oldest = page.Newer;
    }

    private record struct Page(ulong Number, UInt128 Valid, UInt128 Dirty, int Newer, int Older);
}
