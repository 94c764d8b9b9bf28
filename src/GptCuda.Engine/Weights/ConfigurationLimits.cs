namespace GptCuda.Engine.Weights;

/// <summary>What a configuration from a file has to satisfy before anything is computed from it.</summary>
internal static class ConfigurationLimits
{
    /// <summary>
    /// The largest extent of any kind. Far above any GPT-2, and low enough that three and four times a width, or a row count padded
    /// for a kernel, fit in 32 bits, and the product of two extents in 64.
    /// </summary>
    public const int LargestExtent = 1 << 24;

    /// <summary>Returns the value as an int.</summary>
    /// <exception cref="InvalidDataException">It is not from 1 to <see cref="LargestExtent"/>.</exception>
    public static int Extent(string file, string field, long value) => value is >= 1 and <= LargestExtent
        ? (int)value
        : throw new InvalidDataException($"{file}: {field}: expected 1 to {LargestExtent}, found {value}");

    /// <summary>Checks that the heads divide the width evenly.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public static void CheckHeads(string file, int width, int heads)
    {
        if (width % heads != 0)
            throw new InvalidDataException($"{file}: n_head: expected a divisor of n_embd = {width}, found {heads}");
    }
}
