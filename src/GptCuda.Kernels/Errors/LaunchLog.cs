using GptCuda.Kernels.Launching;

namespace GptCuda.Kernels.Errors;

/// <summary>
/// The launches of one stream since it was last waited for. A fault on a GPU is reported by some later call; this says which
/// kernels it can have been.
/// </summary>
internal sealed class LaunchLog
{
    private const int Kept = 32;

    private readonly Entry[] _entries = new Entry[Kept];
    private long _count;

    public void Add(string name, in Dim3 grid, in Dim3 block)
    {
        ref Entry entry = ref _entries[(int)(_count % Kept)];
        entry.Name = name;
        entry.Grid = grid;
        entry.Block = block;
        _count++;
    }

    public void Clear() => _count = 0;

    /// <summary>
    /// The launches, oldest first, each as kernel&lt;&lt;&lt;grid, block&gt;&gt;&gt;, a product with its shape, or a graph.
    /// </summary>
    public IEnumerable<string> Describe()
    {
        if (_count > Kept) yield return $"{_count - Kept} earlier launches";
        for (long i = Math.Max(0, _count - Kept); i < _count; i++)
        {
            Entry entry = _entries[(int)(i % Kept)];
            yield return entry.Grid == default ? entry.Name
                : entry.Block == default ? $"{entry.Name}{entry.Grid}"
                : $"{entry.Name}<<<{entry.Grid}, {entry.Block}>>>";
        }
    }

    private struct Entry
    {
        public string Name;
        public Dim3 Grid;
        public Dim3 Block;
    }
}
