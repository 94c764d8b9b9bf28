using System.Text;

namespace GptCuda.Kernels.Libraries;

/// <summary>The text that says what was tried and what to install.</summary>
internal static class LibraryFailure
{
    public static string Named(CudaLibrary library, string named, string source, IReadOnlyList<string> tried) =>
        $"{LibraryNames.Title(library)} cannot be loaded from {named} ({source}).{Lines(tried)}";

    public static string NotFound(CudaLibrary library, SearchHost host, IReadOnlyList<string> tried, bool unsuitable) =>
        $"{Capitalised(LibraryNames.Title(library))} was {(unsuitable ? "found only in versions that cannot be used" : "not found")}. "
        + $"{Advice(library, host, unsuitable)}\nTried:{Lines(tried)}";

    private static string Advice(CudaLibrary library, SearchHost host, bool unsuitable)
    {
        string named = $"{LibraryNames.Variable(library)} can name its file or folder.";
        return library switch
        {
            CudaLibrary.Driver => host.IsWindows
                ? "Install the NVIDIA driver from https://www.nvidia.com/drivers (CUDA 12.0 needs 528 or newer, CUDA 13.0 needs 580)."
                : "Install the NVIDIA driver of your distribution (CUDA 12.0 needs 525 or newer, CUDA 13.0 needs 580); "
                    + "in a container, run it with the NVIDIA Container Toolkit (--gpus all).",
            CudaLibrary.Nvrtc when unsuitable =>
                "The driver is too old for it: update the driver (CUDA 13 needs 580 or newer), or install NVRTC 12 beside it: "
                + $"pip install nvidia-cuda-nvrtc-cu12 in an active Python environment. {named}",
            CudaLibrary.Nvrtc =>
                "Install the CUDA Toolkit 12 or 13, or only NVRTC: pip install nvidia-cuda-nvrtc-cu12 (or nvidia-cuda-nvrtc for "
                + $"CUDA 13) in an active Python environment. {named}",
            _ =>
                "Install the CUDA Toolkit of NVRTC's major version, or only cuBLAS: pip install nvidia-cublas-cu12 (or nvidia-cublas "
                + $"for CUDA 13) in an active Python environment. {named}",
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
