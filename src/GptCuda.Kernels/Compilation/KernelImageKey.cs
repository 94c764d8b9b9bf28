using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace GptCuda.Kernels.Compilation;

/// <summary>The name under which an image is cached: a hash of everything that decides its bytes.</summary>
internal static class KernelImageKey
{
    /// <summary>SHA-256, in hexadecimal, over source, headers, options (the architecture among them) and the compiler's identity.</summary>
    public static string Of(KernelSource source, IReadOnlyList<string> options, string compiler)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Each part stands behind its length, so that no two lists of parts give the same bytes.
        void Add(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        Add(compiler);
        Add(source.File);
        Add(source.Text);
        Add(source.Headers.Count.ToString());
        foreach ((string name, string text) in source.Headers)
        {
            Add(name);
            Add(text);
        }
        foreach (string option in options) Add(option);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
