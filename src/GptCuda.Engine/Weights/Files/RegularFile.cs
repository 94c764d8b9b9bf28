using Microsoft.Win32.SafeHandles;

namespace GptCuda.Engine.Weights.Files;

/// <summary>Opens files that a model's layout names, and nothing that only looks like a file.</summary>
internal static class RegularFile
{
    /// <summary>
    /// Whether anything stands at the path, file or not: what the layout names but is no file is an error when it is opened.
    /// </summary>
    public static bool IsPresent(string path) => FileKindProbe.KindOf(path) != FileKind.Missing;

    /// <summary>Opens a file for reading. The caller disposes the handle.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="InvalidDataException">A directory, pipe, socket or device is there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        FileKind kind = FileKindProbe.KindOf(path);
        switch (kind)
        {
            case FileKind.Missing:
                throw new FileNotFoundException($"{path}: no such file", path);
            case FileKind.Regular or FileKind.Unknown:
                return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            default:
                throw new InvalidDataException($"{path}: expected a file, found a {Word(kind)}");
        }
    }

    /// <summary>A word for messages: directory, file, pipe, socket, device.</summary>
    public static string Word(FileKind kind) => kind switch
    {
        FileKind.Directory => "directory",
        FileKind.Pipe => "pipe",
        FileKind.Socket => "socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "device",
        _ => "file",
    };

    /// <summary>The whole of a file that has no business being larger than <paramref name="limit"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The file is larger, or no file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, int limit)
    {
        using SafeFileHandle handle = Open(path);
        long length = RandomAccess.GetLength(handle);
        if (length > limit)
            throw new InvalidDataException($"{Path.GetFileName(path)}: expected at most {limit} bytes, found {length}");
        byte[] bytes = new byte[length];
        int read = 0;
        while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), read) is > 0 and int count)
            read += count;
        return read == bytes.Length ? bytes : throw new IOException($"{path}: ended at byte {read} of {length} while it was read");
    }
}
