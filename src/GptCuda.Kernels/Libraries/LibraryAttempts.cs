using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Libraries;

/// <summary>One search: each candidate is tried here, and what became of it is kept for the message.</summary>
/// <param name="library">What is looked for.</param>
/// <param name="host">Where.</param>
/// <param name="objection">
/// Why a library cannot be used, or null: asked with the major version of its name and no symbols before it is loaded, and with
/// its symbols after.
/// </param>
/// <param name="passOver">Told of each library that is there and cannot be used, with the reason.</param>
internal sealed class LibraryAttempts(
    CudaLibrary library, SearchHost host, Func<int, SymbolTable?, string?> objection, Action<string, string> passOver)
{
    private readonly List<string> _tried = [];

    /// <summary>What was tried, one thing a line, with the reason why it failed.</summary>
    public IReadOnlyList<string> Tried => _tried;

    /// <summary>Whether one was there and had to be passed over.</summary>
    public bool FoundUnsuitable { get; private set; }

    /// <summary>Opens a candidate, or notes why it is none.</summary>
    /// <param name="path">A full path, or a name for the loader's own search.</param>
    /// <param name="major">The major version that the name says; 0 where it says none.</param>
    /// <param name="reason">Why it is tried.</param>
    public SymbolTable? Open(string path, int major, string reason)
    {
        bool bare = !Path.IsPathRooted(path);
        if (!bare && !File.Exists(path)) return Note(path, reason, "no such file");
        if (major != 0 && objection(major, null) is { } beforehand)
        {
            // By name alone it is not known whether there is such a library: no word of it then.
            if (!bare) PassOver(path, beforehand);
            return Note(path, reason, beforehand);
        }
        try
        {
            if (!bare) PreloadCompanions(path, major);
            SymbolTable symbols = host.Load(path);
            if (objection(major, symbols) is not { } problem) return symbols;
            PassOver(symbols.Path ?? path, problem);
            return Note(path, reason, problem);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or MissingSymbolException
            or NvrtcException or CublasException)
        {
            return Note(path, reason, LoadersWords(exception.Message));
        }
    }

    /// <summary>Notes a folder that is not there.</summary>
    public void NoteMissing(SearchFolder folder) => Note(folder.Path, folder.Reason, "no such folder");

    /// <summary>.NET puts a line of advice before the system's own words (dlerror).</summary>
    private static string LoadersWords(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 1 ? lines[1] : message.Trim();
    }

    private SymbolTable? Note(string path, string reason, string problem)
    {
        _tried.Add($"{path} ({reason}): {problem}");
        return null;
    }

    private void PassOver(string path, string problem)
    {
        FoundUnsuitable = true;
        passOver(path, problem);
    }

    private void PreloadCompanions(string path, int major)
    {
        string folder = Path.GetDirectoryName(path)!;
        foreach (string pattern in LibraryNames.Companions(library, host.IsWindows, major))
        {
            foreach (string companion in Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)) host.Preload(companion);
        }
    }
}
