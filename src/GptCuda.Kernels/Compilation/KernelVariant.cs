using System.Collections.Immutable;

namespace GptCuda.Kernels.Compilation;

/// <summary>A kernel file with values for its macros: <c>gemv.cu -DROWS=4 -DTYPE=bf16</c>. Equal variants are the same image.</summary>
public sealed class KernelVariant : IEquatable<KernelVariant>
{
    /// <param name="file">The kernel file, for example <c>gemv.cu</c>.</param>
    /// <param name="defines">Macros and their values; their order does not matter.</param>
    /// <exception cref="ArgumentException">A name is not a C identifier, is given twice, or a value has a line break.</exception>
    public KernelVariant(string file, params ReadOnlySpan<(string Name, string Value)> defines)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var sorted = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in defines)
        {
            if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
                throw new ArgumentException($"\"{name}\" is not the name of a macro ({file}).");
            if (value.AsSpan().ContainsAny('\n', '\r', '\0'))
                throw new ArgumentException($"The value of {name} has a line break ({file}).");
            if (!sorted.TryAdd(name, value)) throw new ArgumentException($"{name} is defined twice ({file}).");
        }
        File = file;
        Defines = sorted.ToImmutable();
    }

    /// <summary>The kernel file.</summary>
    public string File { get; }

    /// <summary>Macros and their values, in ordinal order of the names.</summary>
    public ImmutableSortedDictionary<string, string> Defines { get; }

    /// <summary>The compiler's options for the macros, in ordinal order.</summary>
    public IEnumerable<string> Options => Defines.Select(define => $"-D{define.Key}={define.Value}");

    /// <inheritdoc/>
    public bool Equals(KernelVariant? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KernelVariant);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The file and the options.</summary>
    public override string ToString() => string.Join(' ', [File, .. Options]);
}
