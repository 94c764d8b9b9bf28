using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Libraries;

/// <summary>
/// Finds NVIDIA's libraries: the one that was named, else by the loader's own search, CUDA_PATH and CUDA_HOME, the toolkit's
/// default folder, and the wheels of an active Python environment.
/// </summary>
public sealed class LibrarySearch
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
    public SymbolTable FindDriver(string? named = null) => Find(CudaLibrary.Driver, named, (_, _) => null);

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
        return Find(CudaLibrary.Nvrtc, named, (major, symbols) => Newer(symbols is null ? major : NvrtcCompiler.Open(symbols).Version / 1000));
    }

    /// <summary>Finds the cuBLAS of NVRTC's CUDA version.</summary>
    /// <param name="nvrtcMajor">NVRTC's major version.</param>
    /// <param name="named">Its file or folder, where the user named one.</param>
    /// <exception cref="LibraryNotFoundException">There is none of that version.</exception>
    public SymbolTable FindCublas(int nvrtcMajor, string? named = null)
    {
        string? Other(int major) => major != nvrtcMajor ? $"it is of CUDA {major} and NVRTC of CUDA {nvrtcMajor}" : null;
        return Find(CudaLibrary.Cublas, named, (major, symbols) => Other(symbols is null ? major : CublasVersion.Of(symbols).Major));
    }

    /// <summary>Goes through the places in order.</summary>
    /// <param name="library">What to find.</param>
    /// <param name="named">The user's file or folder.</param>
    /// <param name="objection">
    /// Why a library cannot be used: asked with the major version of its name and null before it is loaded, and with its symbols
    /// after.
    /// </param>
    private SymbolTable Find(CudaLibrary library, string? named, Func<int, SymbolTable?, string?> objection)
    {
        var tried = new List<string>();
        bool unsuitable = false;
        IReadOnlyList<(string File, int Major)> names = LibraryNames.Of(library, _host.IsWindows);

        SymbolTable? Try(string path, int major, string reason)
        {
            bool bare = !Path.IsPathRooted(path);
            string? problem = !bare && !File.Exists(path) ? "no such file" : null;
            if (problem is null && major != 0 && (bare || File.Exists(path)) && objection(major, null) is { } beforehand)
            {
                // The loader's own search says nothing of what it would find: only a file that is there is worth a word.
                if (!bare) Pass(path, beforehand);
                unsuitable |= !bare;
                problem = beforehand;
            }
            if (problem is null)
            {
                try
                {
                    if (!bare) PreloadCompanions(library, path, major);
                    SymbolTable symbols = _host.Load(path);
                    problem = objection(major, symbols);
                    if (problem is null) return symbols;
                    Pass(symbols.Path ?? path, problem);
                    unsuitable = true;
                }
                catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or MissingSymbolException)
                {
                    problem = FirstLine(exception.Message);
                }
            }
            tried.Add($"{path} ({reason}): {problem}");
            return null;
        }

        string variable = LibraryNames.Variable(library);
        (string? wanted, string source) = named is { Length: > 0 } ? (named, "option") : (_host.Variable(variable), variable);
        if (wanted is { Length: > 0 })
        {
            foreach ((string file, int major) in Directory.Exists(wanted) ? names.Select(name => (Path.GetFullPath(Path.Combine(wanted, name.File)), name.Major)) : [(wanted, 0)])
            {
                if (Try(file, major, source) is { } chosen) return chosen;
            }
            // What the user named is used or refused, never replaced.
            throw new LibraryNotFoundException(library, LibraryFailure.Named(library, wanted, source, tried), tried);
        }

        foreach ((string file, int major) in names)
        {
            if (Try(file, major, "the loader's own search") is { } found) return found;
        }
        foreach (SearchFolder folder in SearchFolders.For(library, _host))
        {
            foreach ((string file, int major) in names)
            {
                if (Try(Path.Combine(folder.Path, file), major, folder.Reason) is { } found) return found;
            }
        }
        foreach (SearchFolder folder in SearchFolders.All(library, _host).Where(folder => !Directory.Exists(folder.Path)))
            tried.Add($"{folder.Path} ({folder.Reason}): no such folder");
        throw new LibraryNotFoundException(library, LibraryFailure.NotFound(library, _host, tried, unsuitable), tried);
    }

    private static string FirstLine(string message) => message.Split('\n')[0].Trim();

    private void Pass(string path, string why)
    {
        string notice = $"{path} is passed over: {why}.";
        if (!_notices.Contains(notice)) _notices.Add(notice);
    }

    private void PreloadCompanions(CudaLibrary library, string path, int major)
    {
        string folder = Path.GetDirectoryName(path)!;
        foreach (string pattern in LibraryNames.Companions(library, _host.IsWindows, major))
        {
            foreach (string companion in Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)) _host.Preload(companion);
        }
    }
}
