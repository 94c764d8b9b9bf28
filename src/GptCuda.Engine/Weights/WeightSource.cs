using GptCuda.Engine.Weights.Files;
using GptCuda.Engine.Weights.HuggingFace;
using GptCuda.Engine.Weights.OpenAI;

namespace GptCuda.Engine.Weights;

/// <summary>Opens weights from wherever they are.</summary>
public static class WeightSource
{
    private static readonly string[] LayoutFiles =
    [
        HuggingFaceConfiguration.FileName, HuggingFaceDirectory.SingleFileName, ShardIndex.FileName,
        OpenAIConfiguration.FileName, CheckpointIndex.FileName,
    ];

    /// <summary>
    /// Opens a directory in Hugging Face's or OpenAI's layout, or a model made in memory, <c>synthetic:SIZE[:SEED]</c>. Every tensor's
    /// name, type and shape has been checked against the configuration when this returns. Only the files that the layout names are
    /// read. The caller disposes the source.
    /// </summary>
    /// <param name="location">A directory, or for example <c>synthetic:124M</c>.</param>
    /// <exception cref="ArgumentException">The text after <c>synthetic:</c> is not a size and a seed.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="FileNotFoundException">The directory lacks files of a layout; the message says which were looked for.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or does not fit the configuration, or is no file.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static IWeightSource Open(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal))
            return SyntheticWeightSource.Parse(location);
        FileKind kind = FileKindProbe.KindOf(location);
        return kind switch
        {
            FileKind.Directory or FileKind.Unknown => OpenDirectory(location),
            FileKind.Missing => throw new DirectoryNotFoundException($"{location}: no such directory"),
            _ => throw new InvalidDataException($"{location}: expected a directory with a model's files, found a {RegularFile.Word(kind)}"),
        };
    }

    private static IWeightSource OpenDirectory(string directory)
    {
        bool Has(string name) => RegularFile.IsPresent(Path.Combine(directory, name));

        string[] present = [.. LayoutFiles.Where(Has)];
        bool weights = present.Contains(HuggingFaceDirectory.SingleFileName) || present.Contains(ShardIndex.FileName);
        if (weights && present.Contains(HuggingFaceConfiguration.FileName))
            return HuggingFaceDirectory.Open(directory);
        if (present.Contains(OpenAIConfiguration.FileName) && present.Contains(CheckpointIndex.FileName))
            return OpenAIDirectory.Open(directory);

        string found = present.Length > 0 ? $"only {string.Join(", ", present)}" : "none of them";
        string unreadable = Has("pytorch_model.bin") ? "; pytorch_model.bin is not read: save the model as safetensors" : "";
        throw new FileNotFoundException(
            $"{directory}: expected {HuggingFaceConfiguration.FileName} with {HuggingFaceDirectory.SingleFileName} "
            + $"or {ShardIndex.FileName} "
            + $"(Hugging Face), or {OpenAIConfiguration.FileName} with {CheckpointIndex.FileName} (OpenAI), found {found}{unreadable}");
    }
}
