namespace GptCuda.Engine.Tests.Download;

/// <summary>The head of a request as the loopback server read it.</summary>
internal sealed record LoopbackRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The header's value, or null.</summary>
    public string? this[string name] => Headers.GetValueOrDefault(name);

    /// <summary>First and last byte of a <c>bytes=</c> range, or null.</summary>
    public (long From, long To)? Range =>
        this["Range"] is { } range && range["bytes=".Length..].Split('-') is [var from, var to] ? (long.Parse(from), long.Parse(to)) : null;
}
