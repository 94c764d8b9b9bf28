namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>What the options of nvrtcCompileProgram ask of clang.</summary>
internal sealed class CompileOptions
{
    /// <summary>NVRTC's own default.</summary>
    public const string DefaultArchitecture = "75";

    /// <summary>The architecture's number, with its letter where it has one: 80, 90a.</summary>
    public string Architecture { get; set; } = DefaultArchitecture;

    /// <summary>10 x major + minor.</summary>
    public int Capability { get; set; } = int.Parse(DefaultArchitecture, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether sm_XX was asked for, and so an image besides PTX.</summary>
    public bool IsReal { get; set; }

    /// <summary>The language: c++17.</summary>
    public string Standard { get; set; } = "c++17";

    /// <summary>Whether a b + c may become one FMA.</summary>
    public bool ContractsFma { get; set; } = true;

    /// <summary>Whether subnormal numbers count as zero.</summary>
    public bool FlushesSubnormals { get; set; }

    /// <summary>Whether divisions are rounded exactly.</summary>
    public bool ExactDivision { get; set; } = true;

    /// <summary>Whether square roots are rounded exactly.</summary>
    public bool ExactSquareRoot { get; set; } = true;

    /// <summary>Whether code is left as it was written (-G).</summary>
    public bool IsUnoptimized { get; set; }

    /// <summary>Whether functions without __device__ or __host__ count as both.</summary>
    public bool DeviceByDefault { get; set; }

    /// <summary>Headers included before the program, by name.</summary>
    public List<string> PreIncludes { get; } = [];

    /// <summary>Options that clang takes as they are: macros, include folders, -w.</summary>
    public List<string> Verbatim { get; } = [];

    /// <summary>clang's arguments for these options.</summary>
    /// <param name="ptxFeature">The PTX version that the compiler writes: ptx83.</param>
    public IEnumerable<string> ClangArguments(string ptxFeature) =>
    [
        "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", "-nostdinc", "-nostdinc++", "-nobuiltininc",
        $"--cuda-gpu-arch=sm_{Architecture}", $"--cuda-feature=+{ptxFeature}",
        $"-std={Standard}", IsUnoptimized ? "-O0" : "-O3", $"-ffp-contract={(ContractsFma ? "fast" : "off")}",
        "-fno-exceptions", "-fno-color-diagnostics", "-Wno-unknown-cuda-version",
        // 32-bit shared addresses, as NVRTC computes them.
        "-Xclang", "-fcuda-short-ptr", "-mllvm", "--nvptx-short-ptr",
        // .loc for every instruction, so that a fault names its line; no folder of this machine in the text.
        "-gline-tables-only", "-fdebug-compilation-dir=.",
        .. FlushesSubnormals ? ["-fgpu-flush-denormals-to-zero"] : Array.Empty<string>(),
        .. ExactDivision ? Array.Empty<string>() : ["-mllvm", "-nvptx-prec-divf32=1"],
        .. ExactSquareRoot ? Array.Empty<string>() : ["-mllvm", "-nvptx-prec-sqrtf32=0", "-DGPTCUDA_APPROXIMATE_SQRT"],
        .. Verbatim,
    ];
}
