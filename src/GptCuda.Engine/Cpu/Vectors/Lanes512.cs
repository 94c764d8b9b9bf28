using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>Sixteen numbers at a time: AVX-512, and in software wherever a test asks for it.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static string Name => "AVX-512";

    public static int Count => Vector512<float>.Count;

    public static int TileRows => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadHalf(ushort* source)
    {
        // Sign and the other 15 bits go to their places in an f32; a multiplication corrects the exponent's bias and makes normal
        // numbers of subnormals. Infinity and NaN keep their mantissa and get an exponent of all ones.
        Vector512<int> bits = (Widen((short*)source) << 13) & Vector512.Create(unchecked((int)0x8FFFE000));
        Vector512<int> largest = Vector512.Create(0x0F800000);
        Vector512<int> special = Vector512.Equals(bits & largest, largest) & Vector512.Create(0x7F800000);
        return ((bits.AsSingle() * Vector512.Create(5.192296858534828e33f)).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadInt8(sbyte* source) => Vector512.ConvertToSingle(Widen(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FusedMultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectLess(
        Vector512<float> left, Vector512<float> right, Vector512<float> then, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.LessThan(left, right), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> PowerOfTwo(Vector512<float> shifted) => ((shifted.AsInt32() + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(ushort* source) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(Vector256.Load(source))
            : Vector512.Create(Lanes256.Widen(source), Lanes256.Widen(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(short* source) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(Vector256.Load(source))
            : Vector512.Create(Lanes256.Widen(source), Lanes256.Widen(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(sbyte* source) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(Vector128.Load(source))
            : Vector512.Create(Lanes256.Widen(source), Lanes256.Widen(source + 8));
}
