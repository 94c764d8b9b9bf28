using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>
/// What a module is loaded from: PTX text that ends with a zero byte, or an image for one architecture. NVRTC's own images are
/// machine code; this one is PTX in an envelope, so that a program's way through nvrtcGetCUBIN is the same.
/// </summary>
internal sealed partial class ModuleImage
{
    private const string Magic = "GPTCUDA-VIRTUAL-IMAGE";

    private ModuleImage(string ptx, int? exactCapability)
    {
        Ptx = ptx;
        ExactCapability = exactCapability;
    }

    public string Ptx { get; }

    /// <summary>
    /// 10 x major + minor of the one architecture family that the image runs on; null for PTX, which runs on newer ones too.
    /// </summary>
    public int? ExactCapability { get; }

    /// <summary>Makes an image for an architecture.</summary>
    public static byte[] Wrap(string ptx, int capability) =>
        Encoding.UTF8.GetBytes($"{Magic} {capability} {Encoding.UTF8.GetByteCount(ptx)}\n{ptx}\0");

    /// <summary>Recognises an image.</summary>
    /// <exception cref="DriverException">It is neither kind.</exception>
    public static unsafe ModuleImage Read(byte* image)
    {
        if (image[0] == 0x7f && image[1] == (byte)'E')
            throw new DriverException(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, "machine code for a real GPU; this one runs PTX.");
        string text = Marshal.PtrToStringUTF8((nint)image)!;
        if (!text.StartsWith(Magic, StringComparison.Ordinal))
            return new ModuleImage(text, null);
        int line = text.IndexOf('\n', StringComparison.Ordinal);
        string[] header = line < 0 ? [] : text[..line].Split(' ');
        if (header.Length != 3 || !int.TryParse(header[1], NumberStyles.None, CultureInfo.InvariantCulture, out int capability)
            || header[2] != Encoding.UTF8.GetByteCount(text.AsSpan(line + 1)).ToString(CultureInfo.InvariantCulture))
            throw new DriverException(CUresult.CUDA_ERROR_INVALID_IMAGE, "the image is damaged.");
        return new ModuleImage(text[(line + 1)..], capability);
    }

    /// <summary>Refuses what the device cannot run.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_NO_BINARY_FOR_GPU or CUDA_ERROR_INVALID_PTX.</exception>
    public void RequireTarget(int capability)
    {
        // Machine code runs within its major version, from its minor version on.
        if (ExactCapability is { } exact && (exact / 10 != capability / 10 || exact > capability))
            throw new DriverException(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, $"an image for sm_{exact} on a device of sm_{capability}.");
        if (Target().Match(Ptx) is not { Success: true } target)
            throw new DriverException(
                CUresult.CUDA_ERROR_INVALID_IMAGE, "neither PTX with a .target nor an image of the virtual compiler.");
        int needed = int.Parse(target.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        // Code for sm_90a runs on 9.0 alone.
        if (needed > capability || (target.Groups[2].ValueSpan is "a" && needed != capability))
            throw new DriverException(
                CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, $"PTX with {target.Value.Trim()} on a device of sm_{capability}.");
    }

    [GeneratedRegex(@"^\s*\.target\s+sm_(\d+)([af]?)", RegexOptions.Multiline)]
    private static partial Regex Target();
}
