using System.Security.Cryptography;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Compilation;

/// <summary>What tells one build of a library from another.</summary>
internal static class LibraryIdentity
{
    /// <summary>
    /// Version, file size and SHA-256 of the library's file; for functions in this process, their assembly's description.
    /// </summary>
    public static string Of(SymbolTable symbols, int version)
    {
        if (symbols.Path is null || !File.Exists(symbols.Path)) return $"{CudaVersion.Text(version)} {symbols.Library}";
        using FileStream file = File.OpenRead(symbols.Path);
        return $"{CudaVersion.Text(version)} {file.Length} {Convert.ToHexStringLower(SHA256.HashData(file))}";
    }
}
