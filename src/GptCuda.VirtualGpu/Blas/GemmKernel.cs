using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>
/// The innermost loop of a product: 16 rows by 6 columns of sums in twelve vector registers, one row of either panel a step
/// (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication").
/// </summary>
internal static unsafe class GemmKernel
{
    /// <summary>Rows of a panel of op(A).</summary>
    public const int Rows = 16;

    /// <summary>Columns of a panel of op(B).</summary>
    public const int Columns = 6;

    /// <summary>Adds the products of two panels.</summary>
    /// <param name="a">For each k, 16 numbers.</param>
    /// <param name="b">For each k, 6 numbers.</param>
    /// <param name="depth">How many k.</param>
    /// <param name="sums">The first of 6 columns of 16 sums.</param>
    /// <param name="leading">From one column to the next.</param>
    public static void Accumulate(float* a, float* b, int depth, float* sums, int leading)
    {
        float* c0 = sums, c1 = c0 + leading, c2 = c1 + leading, c3 = c2 + leading, c4 = c3 + leading, c5 = c4 + leading;
        (Vector256<float> s00, Vector256<float> s01) = Load(c0);
        (Vector256<float> s10, Vector256<float> s11) = Load(c1);
        (Vector256<float> s20, Vector256<float> s21) = Load(c2);
        (Vector256<float> s30, Vector256<float> s31) = Load(c3);
        (Vector256<float> s40, Vector256<float> s41) = Load(c4);
        (Vector256<float> s50, Vector256<float> s51) = Load(c5);
        for (int k = 0; k < depth; k++, a += Rows, b += Columns)
        {
            (Vector256<float> a0, Vector256<float> a1) = Load(a);
            Add(ref s00, ref s01, a0, a1, b[0]);
            Add(ref s10, ref s11, a0, a1, b[1]);
            Add(ref s20, ref s21, a0, a1, b[2]);
            Add(ref s30, ref s31, a0, a1, b[3]);
            Add(ref s40, ref s41, a0, a1, b[4]);
            Add(ref s50, ref s51, a0, a1, b[5]);
        }
        Store(c0, s00, s01);
        Store(c1, s10, s11);
        Store(c2, s20, s21);
        Store(c3, s30, s31);
        Store(c4, s40, s41);
        Store(c5, s50, s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Upper, Vector256<float> Lower) Load(float* column) =>
        (Vector256.Load(column), Vector256.Load(column + Rows / 2));

    /// <summary>Fused where the machine can: either rounding is one that the real library may have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector256<float> upper, ref Vector256<float> lower, Vector256<float> a0, Vector256<float> a1, float factor)
    {
        Vector256<float> factors = Vector256.Create(factor);
        upper = Vector256.MultiplyAddEstimate(a0, factors, upper);
        lower = Vector256.MultiplyAddEstimate(a1, factors, lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* column, Vector256<float> upper, Vector256<float> lower)
    {
        upper.Store(column);
        lower.Store(column + Rows / 2);
    }
}
