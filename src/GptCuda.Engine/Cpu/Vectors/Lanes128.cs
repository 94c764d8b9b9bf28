using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>Four numbers at a time: Arm's AdvSimd, and x86 before AVX2.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static string Name => AdvSimd.IsSupported ? "AdvSimd" : "128-bit vectors";

    public static int Count => Vector128<float>.Count;

    public static int TileRows => AdvSimd.IsSupported ? 12 : 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadHalf(ushort* source)
    {
        // Sign and the other 15 bits go to their places in an f32; a multiplication corrects the exponent's bias and makes normal
        // numbers of subnormals. Infinity and NaN keep their mantissa and get an exponent of all ones.
        Vector128<int> bits = (Widen((short*)source) << 13) & Vector128.Create(unchecked((int)0x8FFFE000));
        Vector128<int> largest = Vector128.Create(0x0F800000);
        Vector128<int> special = Vector128.Equals(bits & largest, largest) & Vector128.Create(0x7F800000);
        return ((bits.AsSingle() * Vector128.Create(5.192296858534828e33f)).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadInt8(sbyte* source) => Vector128.ConvertToSingle(Widen(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FusedMultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectLess(
        Vector128<float> left, Vector128<float> right, Vector128<float> then, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.LessThan(left, right), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> PowerOfTwo(Vector128<float> shifted) => ((shifted.AsInt32() + Vector128.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Widen(ushort* source) =>
        Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsUInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Widen(short* source) =>
        Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Widen(sbyte* source) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(*(uint*)source).AsSByte()));
}
