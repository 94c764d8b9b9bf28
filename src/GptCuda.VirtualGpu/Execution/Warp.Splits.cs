namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// Divergence and reconvergence. Lanes that part at a branch are splits of their own until all of them have come to the branch's
/// immediate post-dominator, or have exited. Every split gets its share of time, so that lanes that wait for other lanes of their warp
/// do not wait for ever (independent thread scheduling, from cc 7.0 on).
/// </summary>
internal sealed partial class Warp
{
    private readonly WarpSplit[] _splits = new WarpSplit[Lanes];
    private MeetingPoint[] _nodes = new MeetingPoint[16];
    private int _splitCount;
    private int _current;

    private void BeginSplits(uint live)
    {
        _splitCount = 1;
        _current = 0;
        _splits[0] = new WarpSplit { Mask = live, Block = 0, Node = -1 };
        for (int i = 0; i < _nodes.Length; i++)
            _nodes[i].Block = -1;
    }

    /// <summary>Whether a split can run; it is the current one then: the same as before if it can, else the next in turn.</summary>
    private bool TakeReadySplit()
    {
        for (int i = 0; i < _splitCount; i++)
        {
            int candidate = (_current + i) % _splitCount;
            if (_splits[candidate].State == SplitState.Ready)
            {
                _current = candidate;
                return true;
            }
        }
        return false;
    }

    /// <summary>Lets another split run first when the warp goes on.</summary>
    private void RotateSplits()
    {
        if (_splitCount > 1)
            _current = (_current + 1) % _splitCount;
    }

    private void SetCurrent(uint mask, int block)
    {
        _splits[_current].Mask = mask;
        _splits[_current].Block = block;
    }

    private void Add(uint mask, int block) =>
        _splits[_splitCount++] = new WarpSplit { Mask = mask, Block = block, Node = _splits[_current].Node };

    private void RemoveCurrent() => Remove(_current);

    private void Remove(int split)
    {
        _splitCount--;
        for (int i = split; i < _splitCount; i++)
            _splits[i] = _splits[i + 1];
        if (_current > split)
            _current--;
        if (_current >= _splitCount)
            _current = Math.Max(0, _splitCount - 1);
    }

    /// <summary>The lanes of the current split are about to part; they meet at <paramref name="block"/>, if that is not negative.</summary>
    private void BeginDivergence(int block)
    {
        ref WarpSplit split = ref _splits[_current];
        // A loop's exits meet where the loop's first divergent exit does.
        if (block < 0 || (split.Node >= 0 && _nodes[split.Node].Block == block))
            return;
        int node = Array.FindIndex(_nodes, candidate => candidate.Block < 0);
        if (node < 0)
        {
            node = _nodes.Length;
            Array.Resize(ref _nodes, node * 2);
            for (int i = node; i < _nodes.Length; i++)
                _nodes[i].Block = -1;
        }
        _nodes[node] = new MeetingPoint { Block = block, Expected = split.Mask, Arrived = 0, Parent = split.Node };
        split.Node = node;
    }

    /// <summary>The current split has come to its meeting point.</summary>
    private void Arrive()
    {
        WarpSplit split = _splits[_current];
        _nodes[split.Node].Arrived |= split.Mask;
        RemoveCurrent();
        TryMeet(split.Node);
    }

    /// <summary>Lets the lanes of a meeting point go on together once all are there.</summary>
    private void TryMeet(int node)
    {
        MeetingPoint point = _nodes[node];
        if (point.Arrived != point.Expected)
            return;
        _nodes[node].Block = -1;
        if (point.Expected == 0)
            return;
        _splits[_splitCount] = new WarpSplit { Mask = point.Arrived, Block = point.Block, Node = point.Parent };
        _current = _splitCount++;
    }

    /// <summary>
    /// Lets lanes that wait at a meeting point go on alone: the others poll in vain, and what they poll for may be these lanes' to do.
    /// A lock that lanes of one warp take in turn needs that. False when no lanes wait so.
    /// </summary>
    public bool StopMeeting()
    {
        bool any = false;
        for (int i = 0; i < _nodes.Length; i++)
        {
            MeetingPoint point = _nodes[i];
            if (point.Block < 0 || point.Arrived == 0)
                continue;
            _nodes[i].Expected &= ~point.Arrived;
            _nodes[i].Arrived = 0;
            _splits[_splitCount] = new WarpSplit { Mask = point.Arrived, Block = point.Block, Node = point.Parent };
            _current = _splitCount++;
            any = true;
        }
        return any;
    }

    /// <summary>Nobody waits for lanes that have exited.</summary>
    private void ForgetExited(uint exited)
    {
        for (int i = 0; i < _nodes.Length; i++)
            _nodes[i].Expected &= ~exited;
        for (int i = 0; i < _nodes.Length; i++)
        {
            if (_nodes[i].Block >= 0)
                TryMeet(i);
        }
    }
}
