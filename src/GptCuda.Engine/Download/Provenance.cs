using System.Text.Json;

namespace GptCuda.Engine.Download;

/// <summary>Where a downloaded model came from and what was verified; kept beside the model for whoever asks later.</summary>
public sealed record Provenance
{
    /// <summary>Name of the file in the model's directory.</summary>
    public const string FileName = "gptcuda-source.json";

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

    /// <summary>Reads the record beside a model; null where there is none or it is damaged.</summary>
    public static Provenance? Read(string directory)
    {
        try
        {
            using FileStream file = File.OpenRead(Path.Combine(directory, FileName));
            return JsonSerializer.Deserialize(file, DownloadJson.Default.Provenance);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal void Write(string directory) =>
        DurableFile.Write(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, DownloadJson.Default.Provenance));
}
