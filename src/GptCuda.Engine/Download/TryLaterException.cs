namespace GptCuda.Engine.Download;

/// <summary>The server is there but will not serve now (429, 5xx).</summary>
internal sealed class TryLaterException(string message, TimeSpan? retryAfter) : Exception(message)
{
    /// <summary>The wait that it asks for, if it does.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
