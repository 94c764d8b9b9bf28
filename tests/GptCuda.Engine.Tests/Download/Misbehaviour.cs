namespace GptCuda.Engine.Tests.Download;

/// <summary>What the repository server does instead of answering a request properly.</summary>
internal sealed record Misbehaviour
{
    /// <summary>Answer this status with no content.</summary>
    public int? Status { get; init; }

    /// <summary>A header added to the answer, or put in the place of one.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>Close after this many bytes of the body.</summary>
    public int? TruncateAfter { get; init; }

    /// <summary>Go silent after this many bytes of the body.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Reset the connection after this many bytes of the body.</summary>
    public int? ResetAfter { get; init; }

    /// <summary>Send the whole content with 200 though a range was asked for.</summary>
    public bool IgnoreRange { get; init; }

    /// <summary>Send this content in place of the file's.</summary>
    public byte[]? Content { get; init; }

    /// <summary>Redirect to this address.</summary>
    public Uri? RedirectTo { get; init; }
}
