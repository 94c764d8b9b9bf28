namespace GptCuda.Engine.Download;

/// <summary>What stands beside a .part file, so that another process can go on with it.</summary>
internal sealed record PartialFileState
{
    /// <summary>Bytes of the whole file.</summary>
    public required long Length { get; init; }

    /// <summary>The hash that the server promised, or null.</summary>
    public string? Hash { get; init; }

    /// <summary>Strong entity tag of the host that serves the content, quoted, for If-Range.</summary>
    public string? Validator { get; set; }

    /// <summary>The parts, in order, that together are the file.</summary>
    public required List<FileSegment> Segments { get; init; }
}
