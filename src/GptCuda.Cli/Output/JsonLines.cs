using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GptCuda.Cli.Input;

namespace GptCuda.Cli.Output;

/// <summary>Writes values as JSON, one a line, with text as text: letters of any language are not escaped.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes a line of each line of a stream.</summary>
    /// <param name="input">JSON Lines.</param>
    /// <param name="name">What messages call the input.</param>
    /// <param name="output">Receives a line for each line, as soon as it is read.</param>
    /// <param name="inputType">How a line is read.</param>
    /// <param name="outputType">How a line is written.</param>
    /// <param name="transform">What a line becomes.</param>
    /// <exception cref="InvalidDataException">A line is invalid; those before it have been written.</exception>
    public static void Transform<TIn, TOut>(
        Stream input, string name, TextWriter output, JsonTypeInfo<TIn> inputType, JsonTypeInfo<TOut> outputType, Func<TIn, TOut> transform)
    {
        using var reader = new LineReader(input);
        while (reader.TryRead(out ReadOnlySpan<byte> line))
        {
            TOut result;
            try
            {
                result = transform(Parse(line, inputType));
            }
            catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidDataException)
            {
                throw Invalid(name, reader.Number, exception.Message);
            }
            Write(output, result, outputType);
        }
    }

    /// <summary>The value of one line.</summary>
    /// <exception cref="JsonException">The line is not what <paramref name="type"/> reads.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(line, type) ?? throw new JsonException("expected an object, found null");

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
