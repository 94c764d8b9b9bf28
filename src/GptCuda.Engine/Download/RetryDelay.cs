namespace GptCuda.Engine.Download;

/// <summary>How long to wait before trying again: exponential, with jitter so that many clients do not return together.</summary>
internal static class RetryDelay
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A server may ask for patience, but not for ever.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);

    /// <param name="first">Delay after the first failure.</param>
    /// <param name="failures">Failures in a row so far, at least 1.</param>
    /// <param name="asked">The server's Retry-After, if any.</param>
    public static TimeSpan After(TimeSpan first, int failures, TimeSpan? asked)
    {
        double backOff = Math.Min(first.TotalSeconds * Math.Pow(2, failures - 1), Longest.TotalSeconds);
        TimeSpan delay = TimeSpan.FromSeconds(backOff * (0.5 + Random.Shared.NextDouble() / 2));
        return asked is { } wait && wait > delay ? (wait < LongestAsked ? wait : LongestAsked) : delay;
    }
}
