using System.Buffers.Binary;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.HuggingFace;

/// <summary>
/// A memory-mapped safetensors file: eight bytes with the header's length, the header in JSON, the tensors' bytes without gaps
/// (https://github.com/huggingface/safetensors, "Format").
/// </summary>
/// <remarks>Owns the mapping; reading is thread-safe.</remarks>
internal sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;

    /// <summary>The format's own limit on its header.</summary>
    private const int LongestHeader = 100_000_000;

    private SafetensorsFile(MappedFile file, IReadOnlyDictionary<string, SafetensorsEntry> tensors)
    {
        File = file;
        Tensors = tensors;
    }

    /// <summary>The mapped file; tensors are at their offsets in it.</summary>
    public MappedFile File { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>Maps a file and reads its header. The caller disposes it.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="InvalidDataException">The file is not in the format; the message says what is wrong where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            if (file.Length < LengthBytes)
                throw new InvalidDataException($"{file.Name}: expected at least {LengthBytes} bytes, found {file.Length}");
            ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, LengthBytes));
            if (headerLength > LongestHeader || headerLength > (ulong)(file.Length - LengthBytes))
            {
                throw new InvalidDataException(
                    $"{file.Name}: header length: expected at most {Math.Min(LongestHeader, file.Length - LengthBytes)}, "
                    + $"found {headerLength}");
            }

            long dataStart = LengthBytes + (long)headerLength;
            var tensors = SafetensorsHeader.Parse(
                file.Bytes(LengthBytes, (int)headerLength), file.Name, dataStart, file.Length - dataStart);
            return new(file, tensors);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
