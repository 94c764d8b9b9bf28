namespace GptCuda.Kernels.Devices;

/// <summary>A GPU architecture: 8.0 is sm_80.</summary>
/// <param name="Major">The generation.</param>
/// <param name="Minor">The variant, 0 to 9.</param>
public readonly record struct ComputeCapability(int Major, int Minor) : IComparable<ComputeCapability>
{
    /// <summary>10 x major + minor, as in sm_80.</summary>
    public int Number => (Major * 10) + Minor;

    /// <summary>From a number such as 80.</summary>
    public static ComputeCapability FromNumber(int number) => new(number / 10, number % 10);

    /// <inheritdoc/>
    public int CompareTo(ComputeCapability other) => Number.CompareTo(other.Number);

    /// <summary>Whether the first is older.</summary>
    public static bool operator <(ComputeCapability left, ComputeCapability right) => left.Number < right.Number;

    /// <summary>Whether the first is newer.</summary>
    public static bool operator >(ComputeCapability left, ComputeCapability right) => left.Number > right.Number;

    /// <summary>Whether the first is not newer.</summary>
    public static bool operator <=(ComputeCapability left, ComputeCapability right) => left.Number <= right.Number;

    /// <summary>Whether the first is not older.</summary>
    public static bool operator >=(ComputeCapability left, ComputeCapability right) => left.Number >= right.Number;

    /// <summary>For example 8.0.</summary>
    public override string ToString() => $"{Major}.{Minor}";
}
