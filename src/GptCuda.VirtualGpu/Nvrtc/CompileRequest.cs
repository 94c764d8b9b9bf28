using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>All that decides what a compilation gives.</summary>
/// <param name="Name">What messages call the program.</param>
/// <param name="Source">Its text.</param>
/// <param name="Headers">Texts by the name that #include has, in order of the names.</param>
/// <param name="Options">The options as they were given.</param>
/// <param name="Expressions">Names whose mangled form is asked for.</param>
internal sealed record CompileRequest(
    string Name, string Source, SortedDictionary<string, string> Headers, IReadOnlyList<string> Options, IReadOnlyList<string> Expressions)
{
    /// <summary>
    /// SHA-256 over source, headers, options and name expressions, in hexadecimal: each text in UTF-8 behind its length in bytes
    /// (8 bytes, little-endian), each list behind its length; a header's name comes before its text.
    /// </summary>
    public string Key()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Source);
        AppendNumber(hash, Headers.Count);
        foreach ((string name, string text) in Headers)
        {
            Append(hash, name);
            Append(hash, text);
        }
        AppendAll(hash, Options);
        AppendAll(hash, Expressions);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendAll(IncrementalHash hash, IReadOnlyList<string> texts)
    {
        AppendNumber(hash, texts.Count);
        foreach (string text in texts)
            Append(hash, text);
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AppendNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
