using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace GptCuda.Engine;

/// <summary>Which machine computes: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
public readonly record struct DeviceSelection
{
    private DeviceSelection(DeviceKind kind, int index)
    {
        Kind = kind;
        Index = index;
    }

    /// <summary>The best machine there is; the default.</summary>
    public static DeviceSelection Auto => default;

    /// <summary>The CPU.</summary>
    public static DeviceSelection Cpu => new(DeviceKind.Cpu, 0);

    /// <summary>What kind of machine.</summary>
    public DeviceKind Kind { get; }

    /// <summary>Number of the GPU, in the driver's order; 0 unless given.</summary>
    public int Index { get; }

    /// <summary>A GPU by its number in the driver's order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static DeviceSelection Cuda(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(DeviceKind.Cuda, index);
    }

    /// <summary>Reads <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <returns>False for anything else.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceSelection device)
    {
        (bool known, device) = text switch
        {
            "auto" => (true, Auto),
            "cpu" => (true, Cpu),
            "cuda" => (true, Cuda()),
            _ when text is not null && text.StartsWith("cuda:", StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index) => (true, Cuda(index)),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The form that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.Cuda => string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}"),
        _ => "auto",
    };
}
