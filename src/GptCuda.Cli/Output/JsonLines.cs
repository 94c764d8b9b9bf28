using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using GptCuda.Cli.Input;

namespace GptCuda.Cli.Output;

/// <summary>Writes values as JSON, one a line, with text as text: letters of any language are not escaped.</summary>
internal static class JsonLines
{
    /// <summary>Characters of a line that a message shows.</summary>
    private const int LongestShown = 60;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes a line of each line of a stream.</summary>
    /// <param name="input">JSON Lines.</param>
    /// <param name="name">What messages call the input.</param>
    /// <param name="output">Receives a line for each line, as soon as it is read.</param>
    /// <param name="inputType">How a line is read.</param>
    /// <param name="field">The field that a line must have.</param>
    /// <param name="expected">What a line looks like.</param>
    /// <param name="outputType">How a line is written.</param>
    /// <param name="transform">What a line becomes; null where it lacks the field.</param>
    /// <exception cref="InvalidDataException">A line is invalid; those before it have been written.</exception>
    public static void Transform<TIn, TOut>(
        Stream input,
        string name,
        TextWriter output,
        JsonTypeInfo<TIn> inputType,
        string field,
        string expected,
        JsonTypeInfo<TOut> outputType,
        Func<TIn, TOut?> transform)
        where TOut : class
    {
        using var reader = new LineReader(input);
        while (reader.TryRead(out ReadOnlySpan<byte> line))
        {
            try
            {
                TIn value = Parse(line, inputType, expected);
                Write(output, transform(value) ?? throw Unexpected(line, expected, $"no \"{field}\""), outputType);
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException)
            {
                throw Invalid(name, reader.Number, exception.Message);
            }
        }
    }

    /// <summary>The value of one line.</summary>
    /// <param name="line">A JSON object.</param>
    /// <param name="type">How it is read.</param>
    /// <param name="expected">What it looks like, for the message.</param>
    /// <exception cref="FormatException">The line is not that.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type, string expected)
    {
        if (!line.ContainsAnyExcept(" \t\r"u8))
            throw new FormatException($"the line is empty, expected {expected}");
        if (!Utf8.IsValid(line))
        {
            Utf8.ToUtf16(line, new char[line.Length], out int valid, out _, replaceInvalidSequences: false);
            throw new FormatException($"not UTF-8 at byte {valid} of the line");
        }
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw Unexpected(line, expected);
        }
        catch (JsonException exception)
        {
            // An error of JSON itself comes as the cause of another; what is JSON and of the wrong type has its place alone.
            string problem = exception.InnerException is JsonException ? $"no JSON at byte {exception.BytePositionInLine}"
                : exception.Path is { Length: > 2 } path ? $"another value of \"{path[2..]}\""
                : "";
            throw Unexpected(line, expected, problem);
        }
    }

    /// <summary>The error of a line that is something else.</summary>
    /// <param name="line">The line.</param>
    /// <param name="expected">What it should look like.</param>
    /// <param name="problem">What of it is something else, where that is known.</param>
    public static FormatException Unexpected(ReadOnlySpan<byte> line, string expected, string problem = "")
    {
        string text = Encoding.UTF8.GetString(line);
        string shown = text.Length > LongestShown ? $"{text[..LongestShown]}…" : text;
        return new($"expected {expected}, found {(problem.Length > 0 ? $"{problem} in {shown}" : shown)}");
    }

    /// <summary>The error of an invalid line.</summary>
    public static InvalidDataException Invalid(string name, int line, string reason) => new($"{name} line {line}: {reason}");

    /// <summary>Writes one value and flushes, so that a program at the other end of a pipe gets it now.</summary>
    public static void Write<T>(TextWriter output, T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            JsonSerializer.Serialize(writer, value, type);
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Flush();
    }
}
