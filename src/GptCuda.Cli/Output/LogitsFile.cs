using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Cli.Output;

/// <summary>Writes a safetensors file with one tensor, <c>logits</c>.</summary>
internal static class LogitsFile
{
    /// <summary>Checks, before there is anything to write, that a file could be there.</summary>
    /// <exception cref="IOException">It is a directory, or in a folder that does not exist.</exception>
    public static void CheckPlace(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a directory");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new IOException($"{path} cannot be written: there is no folder {folder}");
    }

    /// <summary>Writes the file under another name in the same folder and renames it, so that nobody sees half of it.</summary>
    /// <param name="path">The file; replaced where it exists. What is not a regular file, /dev/null say, is written to as it is.</param>
    /// <param name="logits">[rows, columns] row-major.</param>
    /// <param name="columns">Logits a row.</param>
    public static void Write(string path, ReadOnlySpan<float> logits, int columns)
    {
        try
        {
            Replace(path, logits, columns);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The runtime's message would name the temporary file.
            throw new IOException($"{path} cannot be written: {SystemError.ReasonOf(exception)}", exception);
        }
    }

    private static void Replace(string path, ReadOnlySpan<float> logits, int columns)
    {
        // Before links are resolved: the pipe behind /dev/stdout or a shell's >(command) has no other path.
        if (FileKindProbe.KindOf(path) is not (FileKind.Regular or FileKind.Missing or FileKind.Unknown))
        {
            using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            Write(device, logits, columns);
            return;
        }
        // A link stays a link: what it points to is replaced.
        var file = new FileInfo(path);
        string target = (file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
        string temporary = $"{target}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                Write(stream, logits, columns);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void Write(Stream stream, ReadOnlySpan<float> logits, int columns)
    {
        string header = "{\"logits\":{\"dtype\":\"F32\",\"shape\":[" + $"{logits.Length / columns},{columns}" +
            "],\"data_offsets\":" + $"[0,{4L * logits.Length}]" + "}}";
        // The format wants data to begin at a multiple of eight; spaces fill the header.
        byte[] text = Encoding.UTF8.GetBytes(header.PadRight((header.Length + 7) / 8 * 8));
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        stream.Write(length);
        stream.Write(text);
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("safetensors files are little-endian, this machine is not");
        // In pieces: the bytes of 1024 rows of 50,257 logits fit an int, those of a longer context need not.
        for (int start = 0; start < logits.Length; start += 1 << 20)
            stream.Write(MemoryMarshal.AsBytes(logits.Slice(start, Math.Min(1 << 20, logits.Length - start))));
    }
}
