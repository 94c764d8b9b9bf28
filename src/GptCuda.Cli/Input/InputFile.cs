using System.Text;
using GptCuda.Cli.Output;

namespace GptCuda.Cli.Input;

/// <summary>Reads texts from files and from standard input, which are UTF-8 and nothing else.</summary>
internal static class InputFile
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>A whole file as text; of standard input one final newline is dropped, a file keeps all it has.</summary>
    /// <param name="path">A path, or <c>-</c>.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not UTF-8; the message says where.</exception>
    public static string ReadText(string path)
    {
        bool standardInput = path == StandardInput;
        using Stream stream = Open(path);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        string text = Decode(WithoutMark(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), NameOf(path));
        return standardInput ? WithoutFinalNewline(text) : text;
    }

    /// <summary>The next line of a text, or null at its end.</summary>
    /// <param name="lines">The open file.</param>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <exception cref="InvalidDataException">The line is not UTF-8; the message says where.</exception>
    public static string? ReadLine(LineReader lines, string path) =>
        lines.TryRead(out ReadOnlySpan<byte> line) ? Decode(line, $"{NameOf(path)} line {lines.Number}") : null;

    /// <summary>A stream of a file's bytes.</summary>
    /// <param name="path">A path, or <c>-</c>.</param>
    /// <exception cref="IOException">It cannot be opened; the message has the path.</exception>
    public static Stream Open(string path)
    {
        if (path == StandardInput)
            return InheritedDescriptor.IsOpen(0) ? Console.OpenStandardInput() : throw new IOException("standard input is closed");
        if (Directory.Exists(path))
            throw new IOException($"{path} is a directory");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
    }

    /// <summary>What messages call the file.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>Bytes without the mark that some programs of Windows put at the beginning.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes;

    private static string Decode(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{name}: not UTF-8 at byte {exception.Index}");
        }
    }

    private static string WithoutFinalNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
