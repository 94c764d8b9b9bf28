using System.Diagnostics;

namespace GptCuda.Engine;

/// <summary>Measures loading, part by part: each lasts from the end of the one before it.</summary>
internal sealed class LoadClock
{
    private readonly List<LoadPart> _parts = [];
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>The parts so far.</summary>
    public IReadOnlyList<LoadPart> Parts => _parts;

    /// <summary>From the beginning until now.</summary>
    public TimeSpan Total => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Says what has been done since the last call.</summary>
    public void Done(string name)
    {
        long now = Stopwatch.GetTimestamp();
        _parts.Add(new LoadPart(name, Stopwatch.GetElapsedTime(_since, now)));
        _since = now;
    }
}
