using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace GptCuda.Engine.Download;

/// <summary>A hash that a server or this project vouches for, and how it is computed.</summary>
/// <param name="Algorithm">What is hashed, and with what.</param>
/// <param name="Hex">The value, lower-case hexadecimal.</param>
public sealed record ContentHash(HashAlgorithmKind Algorithm, string Hex)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>The algorithm as people write it, for messages and for the record of what was verified.</summary>
    public string AlgorithmName => Algorithm switch
    {
        HashAlgorithmKind.Sha256 => "SHA-256",
        HashAlgorithmKind.Md5 => "MD5",
        _ => "Git blob SHA-1",
    };

    /// <summary>Computes the same hash of a file's whole content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public async Task<string> ComputeAsync(string path, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(Algorithm switch
        {
            HashAlgorithmKind.Sha256 => HashAlgorithmName.SHA256,
            HashAlgorithmKind.Md5 => HashAlgorithmName.MD5,
            _ => HashAlgorithmName.SHA1,
        });
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        // Git hashes a blob with its type and length in front.
        if (Algorithm == HashAlgorithmKind.GitBlobSha1)
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Length}\0"));
        byte[] block = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (int read; (read = await file.ReadAsync(block.AsMemory(0, ChunkBytes), cancellation).ConfigureAwait(false)) > 0;)
                hash.AppendData(block, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
