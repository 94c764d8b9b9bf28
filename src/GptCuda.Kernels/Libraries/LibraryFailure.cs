using System.Text;

namespace GptCuda.Kernels.Libraries;

/// <summary>The text that says what was tried and what to install.</summary>
internal static class LibraryFailure
{
    public static string Named(CudaLibrary library, string named, string source, IReadOnlyList<string> tried) =>
        $"{LibraryNames.Title(library)} cannot be loaded from {named} ({source}).{Lines(tried)}";

    /// <param name="library">What was looked for.</param>
    /// <param name="host">Where.</param>
    /// <param name="tried">What was tried.</param>
    /// <param name="unsuitable">Whether one was there that cannot be used.</param>
    /// <param name="version">The CUDA version that it is held to, 1000 x major + 10 x minor: the driver's for NVRTC, NVRTC's for cuBLAS.</param>
    public static string NotFound(CudaLibrary library, SearchHost host, IReadOnlyList<string> tried, bool unsuitable, int version) =>
        $"{Capitalised(LibraryNames.Title(library))} was {(unsuitable ? "found only in versions that cannot be used" : "not found")}. "
        + $"{Advice(library, host, unsuitable, version)}\nTried:{Lines(tried)}";

    private static string Advice(CudaLibrary library, SearchHost host, bool unsuitable, int version)
    {
        string named = $"{LibraryNames.Variable(library)} can name its file or folder.";
        return library switch
        {
            CudaLibrary.Driver => host.IsWindows
                ? "Install the NVIDIA driver from https://www.nvidia.com/drivers (CUDA 12.0 needs 528 or newer, CUDA 13.0 needs 580)."
                : "Install the NVIDIA driver of your distribution (CUDA 12.0 needs 525 or newer, CUDA 13.0 needs 580); "
                    + "in a container, run it with the NVIDIA Container Toolkit (--gpus all).",
            CudaLibrary.Nvrtc when version < 12000 =>
                $"The driver supports only CUDA {CudaVersion.Text(version)}, and NVRTC 12 is the oldest that serves: update the driver "
                + $"(CUDA 12.0 needs {(host.IsWindows ? 528 : 525)} or newer).",
            CudaLibrary.Nvrtc when unsuitable =>
                "The driver is too old for it: update the driver (CUDA 13 needs 580 or newer), or install NVRTC 12 beside it: "
                + $"pip install nvidia-cuda-nvrtc-cu12 in an active Python environment. {named}",
            CudaLibrary.Nvrtc when version < 13000 =>
                $"Install the CUDA Toolkit 12, or only NVRTC: pip install nvidia-cuda-nvrtc-cu12 in an active Python environment; the driver "
                + $"supports CUDA {CudaVersion.Text(version)}. {named}",
            CudaLibrary.Nvrtc =>
                "Install the CUDA Toolkit 12 or 13, or only NVRTC: pip install nvidia-cuda-nvrtc-cu12 (or nvidia-cuda-nvrtc for "
                + $"CUDA 13) in an active Python environment. {named}",
            _ =>
                $"Install the CUDA Toolkit {version / 1000}, as NVRTC is, or only cuBLAS: pip install "
                + $"{(version < 13000 ? "nvidia-cublas-cu12" : "nvidia-cublas")} in an active Python environment. {named}",
        };
    }

    private static string Lines(IReadOnlyList<string> tried)
    {
        var text = new StringBuilder();
        foreach (string line in tried) text.Append("\n  ").Append(line);
        return text.ToString();
    }

    private static string Capitalised(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
