namespace GptCuda.Engine.Tokenization;

/// <summary>Reads a vocabulary file whole, without trusting what lies under its name.</summary>
internal static class VocabularyFile
{
    /// <summary>Largest file read, in bytes: GPT-2's own are 1 MB and 0.5 MB.</summary>
    public const long LargestSize = 16 << 20;

    /// <summary>The file's bytes, without a byte order mark.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A directory, a pipe or a device has that name, or the file is empty or too large.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"{path}: is a directory, expected a file");
        var file = new FileInfo(path);
        if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
        if (!file.Exists) throw new FileNotFoundException($"{path}: there is no such file", path);

        // Opening a pipe waits for its writer, maybe for ever; pipes and devices show no length.
        if (file.Length == 0) throw new InvalidDataException($"{path}: is empty, or not a regular file");
        if (file.Length > LargestSize)
            throw new InvalidDataException($"{path}: has {file.Length} bytes, a vocabulary file has at most {LargestSize}");
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(path);
        return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }
}
