using System.Text.Json;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Download;

/// <summary>Where a downloaded model came from and what was verified; kept beside the model for whoever asks later.</summary>
public sealed record Provenance
{
    /// <summary>Name of the file in the model's directory.</summary>
    public const string FileName = "gptcuda-source.json";

    /// <summary>A record of hundreds of shards has a tenth of this.</summary>
    private const int LargestFile = 1 << 20;

    /// <summary>What was asked for: 124M, or a repository id.</summary>
    public required string Model { get; init; }

    /// <summary>Who served it: an address without the file's name.</summary>
    public required string Source { get; init; }

    /// <summary>Revision asked for, where the source has revisions.</summary>
    public string? Revision { get; init; }

    /// <summary>Commit that the server said it served.</summary>
    public string? Commit { get; init; }

    /// <summary>When the download was complete, UTC.</summary>
    public required DateTimeOffset Completed { get; init; }

    /// <summary>Each file and what it was held to.</summary>
    public required IReadOnlyList<VerifiedFile> Files { get; init; }

    /// <summary>
    /// Reads the record beside a model; null where there is none or it is damaged. A folder may come from anywhere: what has the
    /// record's name and is a pipe is not waited for.
    /// </summary>
    public static Provenance? Read(string directory)
    {
        try
        {
            byte[] json = RegularFile.ReadAllBytes(Path.Combine(directory, FileName), LargestFile);
            Provenance? read = JsonSerializer.Deserialize(json, DownloadJson.Default.Provenance);
            return read is { Model: not null, Source: not null, Files: not null } && read.Files.All(file => file?.Name is not null)
                ? read
                : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal void Write(string directory) =>
        DurableFile.Write(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, DownloadJson.Default.Provenance));
}
