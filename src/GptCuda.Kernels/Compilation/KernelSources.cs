using System.Text.RegularExpressions;

namespace GptCuda.Kernels.Compilation;

/// <summary>
/// The texts of kernels and of the headers that they include: those embedded in this library, or in a directory, which wins
/// file by file. GPTCUDA_KERNELS names such a directory, for trying out changed kernels without building.
/// </summary>
public sealed partial class KernelSources
{
    private const string Prefix = "kernels/";

    private readonly Func<string, string?> _read;

    private KernelSources(Func<string, string?> read, string description)
    {
        _read = read;
        Description = description;
    }

    /// <summary>Where they come from, for messages.</summary>
    public string Description { get; }

    /// <summary>The kernels in this library, with those in the directory that GPTCUDA_KERNELS names before them.</summary>
    /// <exception cref="DirectoryNotFoundException">GPTCUDA_KERNELS names a directory that is not there.</exception>
    public static KernelSources Default() =>
        Environment.GetEnvironmentVariable("GPTCUDA_KERNELS") is { Length: > 0 } directory ? FromDirectory(directory).Before(Embedded) : Embedded;

    /// <summary>The kernels in this library.</summary>
    public static KernelSources Embedded { get; } = new(ReadEmbedded, "the kernels in this library");

    /// <summary>The kernels in a directory.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public static KernelSources FromDirectory(string directory)
    {
        string full = Path.GetFullPath(directory);
        if (!Directory.Exists(full)) throw new DirectoryNotFoundException($"There is no directory of kernels {full}.");
        return new KernelSources(name => File.Exists(Path.Combine(full, name)) ? File.ReadAllText(Path.Combine(full, name)) : null, full);
    }

    /// <summary>These files, and others where these have none.</summary>
    public KernelSources Before(KernelSources others) => new(name => _read(name) ?? others._read(name), $"{Description}, {others.Description}");

    /// <summary>A kernel and everything that it includes, directly or not.</summary>
    /// <param name="file">Its name, for example <c>layernorm.cu</c>.</param>
    /// <exception cref="FileNotFoundException">The file, or one that is included in quotes, is not among the sources.</exception>
    public KernelSource Read(string file)
    {
        string text = _read(file) ?? throw new FileNotFoundException($"There is no kernel {file} among {Description}.", file);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(file, text, headers);
        return new KernelSource(file, text, headers);
    }

    private static string? ReadEmbedded(string name)
    {
        using Stream? resource = typeof(KernelSources).Assembly.GetManifestResourceStream(Prefix + name);
        if (resource is null) return null;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    private void Collect(string file, string text, SortedDictionary<string, string> headers)
    {
        foreach (Match include in Include().Matches(text))
        {
            string name = include.Groups[1].Value;
            if (headers.ContainsKey(name)) continue;
            string header = _read(name)
                ?? throw new FileNotFoundException($"{file} includes {name}, which is not among {Description}.", name);
            headers.Add(name, header);
            Collect(name, header, headers);
        }
    }

    [GeneratedRegex("^[ \t]*#[ \t]*include[ \t]*\"([^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Include();
}
