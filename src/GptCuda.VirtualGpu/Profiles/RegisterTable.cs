using System.Security.Cryptography;
using System.Text;

namespace GptCuda.VirtualGpu.Profiles;

/// <summary>
/// Registers a thread that the real ptxas gave kernels, where somebody has run it: a row a kernel and architecture, for exactly the PTX
/// whose SHA-256 begins as stated. Anything else has no figure, and none is guessed.
/// </summary>
internal static class RegisterTable
{
    // ptxas 13.0 of the sample kernels' PTX from NVRTC 13.0, without spills: tests/data/samples/README.md.
    private static readonly Dictionary<(string Ptx, string Kernel, int ComputeCapability), int> Rows = new()
    {
        [("e74773bbcc91f73e", "add_layernorm_768", 80)] = 52,
        [("985ee1e1921d09a9", "add_layernorm_768", 90)] = 56,
        [("e74773bbcc91f73e", "add_layernorm_768_block", 80)] = 28,
        [("985ee1e1921d09a9", "add_layernorm_768_block", 90)] = 28,
        [("b9f1b8bfd0e9c2c8", "gemv_768_gelu", 80)] = 40,
        [("c93cdebe7295d473", "gemv_768_gelu", 90)] = 40,
        [("b9f1b8bfd0e9c2c8", "gemv_3072", 80)] = 34,
        [("c93cdebe7295d473", "gemv_3072", 90)] = 34,
        [("1876965bc1796f7a", "decode_attn", 80)] = 48,
        [("df6849c00965390b", "decode_attn", 90)] = 48,
        [("5d1efc7523a3506d", "flash_prefill", 80)] = 133,
        [("0c82b0901fafdaf1", "flash_prefill", 90)] = 128,
        [("486c91f020f348d8", "sample_topk_topp", 80)] = 28,
        [("8a6ae45a3ce7e0a8", "sample_topk_topp", 90)] = 30,
        [("827768fbcc5e1c37", "persistent_mlp", 80)] = 74,
        [("ebadeeafcc19eb82", "persistent_mlp", 90)] = 72,
    };

    /// <summary>What identifies a module's text in the table.</summary>
    /// <param name="ptx">The module's whole text.</param>
    public static string KeyOf(string ptx) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ptx)))[..16];

    /// <summary>
    /// Registers a thread, or 0 when there is no figure: what <see cref="Checking.LaunchDescription.RegistersPerThread"/> takes.
    /// </summary>
    /// <param name="key">Of the module, from <see cref="KeyOf"/>.</param>
    /// <param name="kernel">The entry's name.</param>
    /// <param name="computeCapability">The device's, as 90.</param>
    public static int Registers(string key, string kernel, int computeCapability) =>
        Rows.GetValueOrDefault((key, kernel, computeCapability));
}
