using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>Eight numbers at a time: AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static string Name => "AVX2";

    public static int Count => Vector256<float>.Count;

    public static int TileRows => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadHalf(ushort* source)
    {
        // Sign and the other 15 bits go to their places in an f32; a multiplication corrects the exponent's bias and makes normal
        // numbers of subnormals. Infinity and NaN keep their mantissa and get an exponent of all ones.
        Vector256<int> bits = (Widen((short*)source) << 13) & Vector256.Create(unchecked((int)0x8FFFE000));
        Vector256<int> largest = Vector256.Create(0x0F800000);
        Vector256<int> special = Vector256.Equals(bits & largest, largest) & Vector256.Create(0x7F800000);
        return ((bits.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadInt8(sbyte* source) => Vector256.ConvertToSingle(Widen(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FusedMultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectLess(
        Vector256<float> left, Vector256<float> right, Vector256<float> then, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.LessThan(left, right), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> PowerOfTwo(Vector256<float> shifted) => ((shifted.AsInt32() + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(ushort* source) =>
        Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(source)
            : Vector256.Create(Lanes128.Widen(source), Lanes128.Widen(source + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(short* source) =>
        Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(source)
            : Vector256.Create(Lanes128.Widen(source), Lanes128.Widen(source + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(sbyte* source) =>
        Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(source)
            : Vector256.Create(Lanes128.Widen(source), Lanes128.Widen(source + 4));
}
