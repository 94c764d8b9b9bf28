namespace GptCuda.Kernels.Libraries;

/// <summary>What the files of NVIDIA's libraries are called. The names are the same for x64 and arm64; folders differ.</summary>
internal static class LibraryNames
{
    /// <summary>The names of a library, newest first, each with its CUDA major version; the driver's is 0.</summary>
    public static IReadOnlyList<(string File, int Major)> Of(CudaLibrary library, bool windows) => (library, windows) switch
    {
        (CudaLibrary.Driver, false) => [("libcuda.so.1", 0)],
        (CudaLibrary.Driver, true) => [("nvcuda.dll", 0)],
        (CudaLibrary.Nvrtc, false) => [("libnvrtc.so.13", 13), ("libnvrtc.so.12", 12)],
        (CudaLibrary.Nvrtc, true) => [("nvrtc64_130_0.dll", 13), ("nvrtc64_120_0.dll", 12)],
        (CudaLibrary.Cublas, false) => [("libcublas.so.13", 13), ("libcublas.so.12", 12)],
        _ => [("cublas64_13.dll", 13), ("cublas64_12.dll", 12)],
    };

    /// <summary>
    /// Patterns of the files beside a library that it opens itself, by name alone, which finds them only where the loader's own
    /// path leads there. They are opened first, by full path.
    /// </summary>
    /// <param name="library">The library.</param>
    /// <param name="windows">Whether names are those of Windows.</param>
    /// <param name="major">Its major version; 0 for a file whose name does not say it, where any version's may be meant.</param>
    public static IReadOnlyList<string> Companions(CudaLibrary library, bool windows, int major)
    {
        string version = major == 0 ? "*" : $"{major}";
        return (library, windows) switch
        {
            (CudaLibrary.Nvrtc, false) => [$"libnvrtc-builtins.so.{version}.*"],
            (CudaLibrary.Nvrtc, true) => [$"nvrtc-builtins64_{version}*.dll"],
            (CudaLibrary.Cublas, false) => [$"libcublasLt.so.{version}"],
            (CudaLibrary.Cublas, true) => [$"cublasLt64_{version}.dll"],
            _ => [],
        };
    }

    /// <summary>The environment variable that names a library's file or folder.</summary>
    public static string Variable(CudaLibrary library) => library switch
    {
        CudaLibrary.Driver => "GPTCUDA_LIBCUDA",
        CudaLibrary.Nvrtc => "GPTCUDA_LIBNVRTC",
        _ => "GPTCUDA_LIBCUBLAS",
    };

    /// <summary>What people call it.</summary>
    public static string Title(CudaLibrary library) => library switch
    {
        CudaLibrary.Driver => "the NVIDIA driver",
        CudaLibrary.Nvrtc => "NVRTC (the CUDA run-time compiler)",
        _ => "cuBLAS",
    };
}
