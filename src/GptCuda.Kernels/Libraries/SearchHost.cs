using System.Runtime.InteropServices;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Libraries;

/// <summary>The machine as the library search sees it; made up in tests.</summary>
public sealed record SearchHost
{
    /// <summary>This machine.</summary>
    public static SearchHost ThisMachine { get; } = new()
    {
        IsWindows = OperatingSystem.IsWindows(),
        IsArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64,
        Variable = Environment.GetEnvironmentVariable,
        Load = SymbolTable.FromLibrary,
        Preload = path => NativeLibrary.TryLoad(path, out _),
        ToolkitRoots = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "NVIDIA GPU Computing Toolkit", "CUDA")]
            : ["/usr/local", "/opt"],
    };

    /// <summary>Whether names and folders are those of Windows.</summary>
    public required bool IsWindows { get; init; }

    /// <summary>Whether the processor is arm64, else x64.</summary>
    public required bool IsArm64 { get; init; }

    /// <summary>An environment variable's value.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>
    /// Opens a library by full path, or by name through the loader's own search; throws what
    /// <see cref="NativeLibrary.Load(string)"/> does.
    /// </summary>
    public required Func<string, SymbolTable> Load { get; init; }

    /// <summary>Opens a file that a library needs, by full path, where that is possible.</summary>
    public required Action<string> Preload { get; init; }

    /// <summary>Where toolkits are installed: the folders that have cuda, cuda-13.0 (Linux) or v13.0 (Windows) in them.</summary>
    public required IReadOnlyList<string> ToolkitRoots { get; init; }
}
