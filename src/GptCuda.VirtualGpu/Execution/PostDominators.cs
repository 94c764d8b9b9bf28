namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// Immediate post-dominators, by the iteration of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001) on the
/// reversed graph with one exit added. The order of blocks in the text means nothing: compilers move loop bodies behind their exits.
/// </summary>
internal static class PostDominators
{
    /// <summary>Sets <see cref="BasicBlock.Reconvergence"/> of every block.</summary>
    public static void Find(BasicBlock[] blocks)
    {
        int exit = blocks.Length;
        List<int>[] successors = new List<int>[exit + 1], predecessors = new List<int>[exit + 1];
        for (int i = 0; i <= exit; i++)
            (successors[i], predecessors[i]) = ([], []);
        for (int i = 0; i < exit; i++)
        {
            successors[i].AddRange(blocks[i].Targets.Distinct());
            if (blocks[i].Next >= 0 && !successors[i].Contains(blocks[i].Next))
                successors[i].Add(blocks[i].Next);
            if (blocks[i].Control == Instructions.ControlKind.Exit || successors[i].Count == 0)
                successors[i].Add(exit);
            foreach (int successor in successors[i])
                predecessors[successor].Add(i);
        }
        int[] order = ReversePostorder(predecessors, exit);
        var rank = new int[exit + 1];
        Array.Fill(rank, -1);
        for (int i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        var dominator = new int[exit + 1];
        Array.Fill(dominator, -1);
        dominator[exit] = exit;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (int block in order.AsSpan(1))
            {
                int found = -1;
                foreach (int successor in successors[block])
                {
                    if (rank[successor] >= 0 && dominator[successor] >= 0)
                        found = found < 0 ? successor : Meet(dominator, rank, found, successor);
                }
                if (found != dominator[block])
                {
                    dominator[block] = found;
                    changed = true;
                }
            }
        }
        // A block that cannot reach the exit, in an endless loop, has none: its lanes stay apart until they meet by chance.
        for (int i = 0; i < exit; i++)
            blocks[i].Reconvergence = dominator[i] == exit ? -1 : dominator[i];
    }

    private static int Meet(int[] dominator, int[] rank, int a, int b)
    {
        while (a != b)
        {
            while (rank[a] > rank[b])
                a = dominator[a];
            while (rank[b] > rank[a])
                b = dominator[b];
        }
        return a;
    }

    private static int[] ReversePostorder(List<int>[] edges, int start)
    {
        var order = new List<int>();
        var seen = new bool[edges.Length];
        var path = new Stack<(int Node, int Edge)>();
        path.Push((start, 0));
        seen[start] = true;
        while (path.TryPop(out (int Node, int Edge) top))
        {
            if (top.Edge == edges[top.Node].Count)
            {
                order.Add(top.Node);
                continue;
            }
            path.Push((top.Node, top.Edge + 1));
            int next = edges[top.Node][top.Edge];
            if (!seen[next])
            {
                seen[next] = true;
                path.Push((next, 0));
            }
        }
        order.Reverse();
        return [.. order];
    }
}
