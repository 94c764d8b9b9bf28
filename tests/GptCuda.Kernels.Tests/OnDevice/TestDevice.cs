using System.Reflection;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Native;
using GptCuda.Tests;

namespace GptCuda.Kernels.Tests.OnDevice;

/// <summary>
/// The GPU that device tests run on, by GPTCUDA_TEST_DEVICE: unset, the GPU in software inside this process; a folder, the
/// libraries in it (the software GPU as published); cuda, whatever this machine has. Where it cannot be had the tests are
/// skipped with the reason.
/// </summary>
public sealed class TestDevice : IDisposable
{
    public const string Collection = "test device";

    private static readonly string? Chosen = Environment.GetEnvironmentVariable("GPTCUDA_TEST_DEVICE");

    private readonly string _cache = Directory.CreateTempSubdirectory("gptcuda-device").FullName;
    private readonly HashSet<object> _compiled = [];
    private readonly Lazy<CudaLibraries> _libraries = new(Open);

    /// <summary>Whether a lost context would take the rest of this process's tests with it.</summary>
    public static bool IsHardware => Chosen == "cuda";

    internal CudaLibraries Libraries
    {
        get
        {
            string? reason = Unavailable();
            Skip.If(reason is not null, reason);
            return _libraries.Value;
        }
    }

    /// <summary>Images of this run.</summary>
    internal KernelImageCache ImageCache => new(_cache);

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    internal CudaContext NewContext() => new(Libraries.Driver);

    /// <summary>A compiler for the kernels of these tests with a cache of this run.</summary>
    internal KernelCompiler NewCompiler(CudaContext context) => new(
        context,
        Libraries.Nvrtc,
        KernelSources.FromDirectory(Path.Combine(Repository.Root, "tests", "GptCuda.Kernels.Tests", "Kernels")),
        ImageCache);

    /// <summary>A compiler for the library's kernels with a cache of this run.</summary>
    internal KernelCompiler NewLibraryCompiler(CudaContext context) =>
        new(context, Libraries.Nvrtc, KernelSources.Embedded, ImageCache);

    /// <summary>Fills this run's cache, on all processors, once for each key.</summary>
    internal void CompileAhead(KernelCompiler compiler, object key, IReadOnlyList<KernelVariant> variants)
    {
        if (!_compiled.Add(key)) return;
        foreach (KernelModule module in compiler.Load(variants)) module.Dispose();
    }

    private static string? Unavailable()
    {
        if (string.IsNullOrEmpty(Chosen))
        {
            Dictionary<string, nint> functions = InProcess();
            string? missing = Array.Find(["cuInit", "nvrtcCompileProgram", "cublasGemmEx"], name => !functions.ContainsKey(name));
            return missing is null ? null : $"The GPU in software has no {missing} in this process.";
        }
        if (Chosen != "cuda") return Directory.Exists(Chosen) ? null : $"GPTCUDA_TEST_DEVICE={Chosen} is not a folder.";
        CudaInventory inventory = CudaInventory.Take();
        return inventory.Devices.Count > 0 ? null : $"There is no GPU. {inventory.Libraries[0].Problem}";
    }

    private static CudaLibraries Open()
    {
        if (string.IsNullOrEmpty(Chosen))
        {
            var symbols = SymbolTable.FromFunctions("GptCuda.VirtualGpu in this process", InProcess());
            return new CudaLibraries(symbols, symbols, () => symbols);
        }
        return Chosen == "cuda" ? CudaLibraries.Find() : CudaLibraries.Find(SearchHost.ThisMachine with
        {
            Variable = name => name.StartsWith("GPTCUDA_LIB", StringComparison.Ordinal) ? Chosen : Environment.GetEnvironmentVariable(name),
        });
    }

    /// <summary>The functions that the software GPU's library exports, as this process has them.</summary>
    private static Dictionary<string, nint> InProcess()
    {
        var functions = new Dictionary<string, nint>();
        foreach (Type type in Assembly.Load("GptCuda.VirtualGpu").GetTypes())
        {
            foreach (MethodInfo method in type.GetMethods(
                BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()?.EntryPoint is { } name)
                    functions.Add(name, method.MethodHandle.GetFunctionPointer());
            }
        }
        return functions;
    }
}
