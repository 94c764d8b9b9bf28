using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>
/// The oracle: happens-before with one plain vector clock a thread over all threads of the grid, and every access ever made kept in a
/// list. Written from the definition, sharing nothing with the checker; slow, and good for a few hundred events.
/// </summary>
internal sealed class NaiveOrder(int blocks, int threadsPerBlock)
{
    private readonly int _threads = blocks * threadsPerBlock;
    private readonly int[][] _clock = Vectors(blocks * threadsPerBlock, blocks * threadsPerBlock);
    private readonly int[][] _released = Vectors(blocks * threadsPerBlock, blocks * threadsPerBlock);
    private readonly int[][] _seen = Vectors(blocks * threadsPerBlock, blocks * threadsPerBlock);
    private readonly Dictionary<ulong, int[]> _locations = [];
    private readonly List<(int Thread, int Time, ulong Start, int Bytes, bool Write, bool Strong)> _accesses = [];

    /// <summary>Whether any two accesses so far race.</summary>
    public bool AnyRace { get; private set; }

    public void Access(int thread, ulong address, int bytes, bool write, bool strong)
    {
        foreach (var other in _accesses)
        {
            AnyRace |= other.Thread != thread && (other.Write || write) && !(other.Strong && strong)
                && other.Start < address + (ulong)bytes && address < other.Start + (ulong)other.Bytes
                && _clock[thread][other.Thread] < other.Time;
        }
        // Every event has a time of its own, so that what comes after a release is not released.
        _accesses.Add((thread, ++_clock[thread][thread], address, bytes, write, strong));
    }

    /// <summary>A strong load, store or atomic, after its Access.</summary>
    public void Strong(int thread, ulong location, bool reads, bool writes, MemoryOrder order)
    {
        var now = _locations.GetValueOrDefault(location);
        if (reads && now is not null)
            Join(order is MemoryOrder.Acquire or MemoryOrder.AcquireRelease ? _clock[thread] : _seen[thread], now);
        if (!writes)
            return;
        var released = (int[])(order is MemoryOrder.Release or MemoryOrder.AcquireRelease ? _clock[thread] : _released[thread]).Clone();
        if (reads && now is not null)
            Join(released, now);
        _locations[location] = released;
    }

    /// <summary>fence.acq_rel.</summary>
    public void Fence(int thread)
    {
        Join(_clock[thread], _seen[thread]);
        _released[thread] = (int[])_clock[thread].Clone();
    }

    /// <summary>Threads meet.</summary>
    public void Meet(IReadOnlyList<int> threads)
    {
        var joined = new int[_threads];
        foreach (var thread in threads)
            Join(joined, _clock[thread]);
        foreach (var thread in threads)
            joined.CopyTo(_clock[thread], 0);
    }

    private static int[][] Vectors(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new int[length])];

    private static void Join(int[] into, int[] from)
    {
        for (var i = 0; i < into.Length; i++)
            into[i] = Math.Max(into[i], from[i]);
    }
}
