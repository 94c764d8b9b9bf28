using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Native;

/// <summary>
/// Addresses of native functions by exported name: the boundary between this project and the driver. A table comes from a
/// native library or from functions in this process with the same names and signatures.
/// </summary>
/// <remarks>Immutable and thread-safe. A library stays loaded to the end of the process: unloading a driver is not safe.</remarks>
public sealed class SymbolTable
{
    private readonly nint _handle;
    private readonly FrozenDictionary<string, nint>? _functions;

    private SymbolTable(string library, nint handle, FrozenDictionary<string, nint>? functions, string? path)
    {
        Library = library;
        _handle = handle;
        _functions = functions;
        Path = path;
    }

    /// <summary>The library, for messages: a path, the name that the loader found, or what the functions are.</summary>
    public string Library { get; }

    /// <summary>The file that the functions come from; null for functions in this process, or where the system does not say.</summary>
    public string? Path { get; }

    /// <summary>The exports of a loaded native library.</summary>
    /// <param name="handle">What <see cref="NativeLibrary.Load(string)"/> returned.</param>
    /// <param name="library">The name or path that it was loaded by.</param>
    /// <param name="path">The file that was loaded, where known.</param>
    /// <exception cref="ArgumentException">The handle is zero.</exception>
    public static SymbolTable FromLibrary(nint handle, string library, string? path = null)
    {
        if (handle == 0) throw new ArgumentException($"{library} is not loaded: its handle is zero.", nameof(handle));
        return new SymbolTable(library, handle, null, path ?? LoadedFile.PathOf(handle));
    }

    /// <summary>Loads a native library and gives its exports.</summary>
    /// <param name="path">A full path, or a name for the loader's own search.</param>
    /// <exception cref="DllNotFoundException">It is not there, or something that it needs is not.</exception>
    /// <exception cref="BadImageFormatException">It is for another kind of processor.</exception>
    public static SymbolTable FromLibrary(string path) => FromLibrary(NativeLibrary.Load(path), path);

    /// <summary>Functions of this process.</summary>
    /// <param name="library">What they are, for messages.</param>
    /// <param name="functions">Unmanaged addresses by exported name.</param>
    public static SymbolTable FromFunctions(string library, IEnumerable<KeyValuePair<string, nint>> functions) =>
        new(library, 0, functions.ToFrozenDictionary(StringComparer.Ordinal), null);

    /// <summary>The address of an exported function, or zero where there is none of that name.</summary>
    public nint Find(string symbol)
    {
        if (_functions is not null) return _functions.GetValueOrDefault(symbol);
        return NativeLibrary.TryGetExport(_handle, symbol, out nint address) ? address : 0;
    }

    /// <summary>The address of an exported function that must be there.</summary>
    /// <param name="symbol">The exact exported name.</param>
    /// <param name="since">The CUDA version that brought it (1000 x major + 10 x minor), for a driver's function; else 0.</param>
    /// <exception cref="MissingSymbolException">The library does not export it.</exception>
    public nint Require(string symbol, int since = 0)
    {
        nint address = Find(symbol);
        return address != 0 ? address : throw new MissingSymbolException(Library, symbol, since);
    }
}
