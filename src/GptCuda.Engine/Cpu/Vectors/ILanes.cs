namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>
/// A vector of f32 of one width, so that every kernel is written once and compiled for each width that a machine has. All widths
/// give the same bits: operations are element by element and correctly rounded, and code that adds across elements does so in an
/// order that does not depend on the width.
/// </summary>
/// <remarks>
/// Kernels are generic over the pair of the implementation and its bare vector type, rather than over a wrapper of the vector:
/// bare vectors stay in registers, a dozen accumulators at a time.
/// </remarks>
/// <typeparam name="TVector">The vector, or <see cref="float"/> itself for the portable path.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>The instruction set, for descriptions.</summary>
    static abstract string Name { get; }

    /// <summary>Numbers in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Most rows of a register tile two vectors wide: what the registers hold beside two weights and one activation.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Load(float* source);

    /// <summary>Widens bf16: the upper half of each f32.</summary>
    static abstract TVector LoadBFloat16(ushort* source);

    /// <summary>Widens f16, subnormals, infinities and NaN included.</summary>
    static abstract TVector LoadHalf(ushort* source);

    /// <summary>Converts signed bytes.</summary>
    static abstract TVector LoadInt8(sbyte* source);

    /// <summary>Asks for a cache line that will be needed soon, where there is such an instruction; any address will do.</summary>
    static abstract void Prefetch(byte* address);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left * right + addend, rounded once, in hardware or not.</summary>
    static abstract TVector FusedMultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The greater; NaN where either is.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>Where left is less than right (never for a NaN) <paramref name="then"/>, otherwise <paramref name="otherwise"/>.</summary>
    static abstract TVector SelectLess(TVector left, TVector right, TVector then, TVector otherwise);

    /// <summary>
    /// 2^n, where <paramref name="shifted"/> is 1.5 * 2^23 + n and n lies from -126 to 127: such a sum has n in its lowest bits.
    /// </summary>
    static abstract TVector PowerOfTwo(TVector shifted);
}
