using System.Diagnostics;

namespace GptCuda.Engine.Generation;

/// <summary>Counts tokens and time on the thread that computes; read from any thread.</summary>
internal sealed class WorkMeter
{
    private readonly Lock _lock = new();
    private long _started;
    private TimeSpan? _timeToFirstToken;
    private long _prefillTokens;
    private TimeSpan _prefillTime;
    private long _decodedTokens;
    private TimeSpan _decodeTime;

    /// <summary>What loading took.</summary>
    public TimeSpan LoadTime { get; init; }

    /// <summary>What loading was made of.</summary>
    public IReadOnlyList<LoadPart> LoadParts { get; init; } = [];

    /// <summary>Begins a generation.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _started = Stopwatch.GetTimestamp();
            _timeToFirstToken = null;
        }
    }

    /// <summary>A token was produced; the first one's time is kept.</summary>
    public void TokenProduced()
    {
        lock (_lock)
            _timeToFirstToken ??= Stopwatch.GetElapsedTime(_started);
    }

    public void Prefilled(int tokens, long since)
    {
        lock (_lock)
        {
            _prefillTokens += tokens;
            _prefillTime += Stopwatch.GetElapsedTime(since);
        }
    }

    public void Decoded(int tokens, long since)
    {
        lock (_lock)
        {
            _decodedTokens += tokens;
            _decodeTime += Stopwatch.GetElapsedTime(since);
        }
    }

    public ModelStatistics Snapshot()
    {
        lock (_lock)
        {
            return new ModelStatistics
            {
                LoadTime = LoadTime,
                LoadParts = LoadParts,
                TimeToFirstToken = _timeToFirstToken,
                PrefillTokens = _prefillTokens,
                PrefillTime = _prefillTime,
                DecodedTokens = _decodedTokens,
                DecodeTime = _decodeTime,
            };
        }
    }
}
