using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Libraries;

/// <summary>
/// Finds NVIDIA's libraries: the one that was named, else by the loader's own search, CUDA_PATH and CUDA_HOME, the toolkit's
/// default folder, and the wheels of an active Python environment.
/// </summary>
internal sealed class LibrarySearch
{
    private readonly SearchHost _host;
    private readonly List<string> _notices = [];

    /// <param name="host">Where to look; null for this machine.</param>
    public LibrarySearch(SearchHost? host = null)
    {
        _host = host ?? SearchHost.ThisMachine;
    }

    /// <summary>What was found and passed over, with the reason; one line each.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>Finds the driver.</summary>
    /// <param name="named">Its file or folder, where the user named one.</param>
    /// <exception cref="LibraryNotFoundException">It is not there.</exception>
    public SymbolTable FindDriver(string? named = null) => Find(CudaLibrary.Driver, named, 0, (_, _) => null);

    /// <summary>Finds an NVRTC that is not newer than the driver.</summary>
    /// <param name="driverVersion">The driver's CUDA version: 1000 x major + 10 x minor.</param>
    /// <param name="named">Its file or folder, where the user named one.</param>
    /// <exception cref="LibraryNotFoundException">There is none, or only newer ones.</exception>
    public SymbolTable FindNvrtc(int driverVersion, string? named = null)
    {
        string? Newer(int major) => major > driverVersion / 1000
            ? $"CUDA {major} is newer than the driver, which supports CUDA {CudaVersion.Text(driverVersion)}"
            : null;
        // The name says the major version before anything is loaded; a file that was named may be called anything.
        return Find(
            CudaLibrary.Nvrtc, named, driverVersion,
            (major, symbols) => Newer(symbols is null ? major : NvrtcCompiler.Open(symbols).Version / 1000));
    }

    /// <summary>Finds the cuBLAS of NVRTC's CUDA version.</summary>
    /// <param name="nvrtcMajor">NVRTC's major version.</param>
    /// <param name="named">Its file or folder, where the user named one.</param>
    /// <exception cref="LibraryNotFoundException">There is none of that version.</exception>
    public SymbolTable FindCublas(int nvrtcMajor, string? named = null)
    {
        string? Other(int major) => major != nvrtcMajor ? $"it is of CUDA {major} and NVRTC of CUDA {nvrtcMajor}" : null;
        return Find(
            CudaLibrary.Cublas, named, 1000 * nvrtcMajor, (major, symbols) => Other(symbols is null ? major : CublasVersion.Of(symbols).Major));
    }

    /// <summary>Goes through the places in order.</summary>
    private SymbolTable Find(CudaLibrary library, string? named, int version, Func<int, SymbolTable?, string?> objection)
    {
        var attempts = new LibraryAttempts(library, _host, objection, PassOver);
        IReadOnlyList<(string File, int Major)> names = LibraryNames.Of(library, _host.IsWindows);
        string variable = LibraryNames.Variable(library);
        (string? wanted, string source) = named is { Length: > 0 } ? (named, "option") : (_host.Variable(variable), variable);
        if (wanted is { Length: > 0 })
        {
            foreach ((string file, int major) in Named(wanted, names))
            {
                if (attempts.Open(file, major, source) is { } chosen) return chosen;
            }
            // What the user named is used or refused, never replaced.
            throw new LibraryNotFoundException(library, LibraryFailure.Named(library, wanted, source, attempts.Tried), attempts.Tried);
        }

        foreach ((string file, int major) in names)
        {
            if (attempts.Open(file, major, "the loader's own search") is { } found) return found;
        }
        foreach (SearchFolder folder in SearchFolders.For(library, _host))
        {
            if (!Directory.Exists(folder.Path))
            {
                attempts.NoteMissing(folder);
                continue;
            }
            foreach ((string file, int major) in names)
            {
                if (attempts.Open(Path.Combine(folder.Path, file), major, folder.Reason) is { } found) return found;
            }
        }
        throw new LibraryNotFoundException(
            library, LibraryFailure.NotFound(library, _host, attempts.Tried, attempts.FoundUnsuitable, version), attempts.Tried);
    }

    /// <summary>What a user's word may mean: a folder with the library in it, a file, or a name for the loader's own search.</summary>
    private static IEnumerable<(string File, int Major)> Named(string wanted, IReadOnlyList<(string File, int Major)> names)
    {
        if (Directory.Exists(wanted)) return names.Select(name => (Path.Combine(Path.GetFullPath(wanted), name.File), name.Major));
        string file = Path.GetFileName(wanted);
        int major = names.FirstOrDefault(name => name.File == file).Major;
        return [(file == wanted ? wanted : Path.GetFullPath(wanted), major)];
    }

    private void PassOver(string path, string why)
    {
        string notice = $"{path} is passed over: {why}.";
        if (!_notices.Contains(notice)) _notices.Add(notice);
    }
}
