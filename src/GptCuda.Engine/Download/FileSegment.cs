using System.Text.Json.Serialization;

namespace GptCuda.Engine.Download;

/// <summary>A run of bytes of a file that one connection fetches, and how far it has come.</summary>
internal sealed class FileSegment
{
    /// <summary>First byte.</summary>
    public long Start { get; init; }

    /// <summary>One past the last byte.</summary>
    public long End { get; init; }

    /// <summary>First byte not yet written; all before it, from <see cref="Start"/> on, are in the file.</summary>
    public long Position { get; set; }

    /// <summary>Whether nothing is left to fetch.</summary>
    [JsonIgnore]
    public bool Complete => Position >= End;
}
