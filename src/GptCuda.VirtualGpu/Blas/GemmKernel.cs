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
        const int Half = Rows / 2;
        float* c0 = sums, c1 = c0 + leading, c2 = c1 + leading, c3 = c2 + leading, c4 = c3 + leading, c5 = c4 + leading;
        Vector256<float> s00 = Vector256.Load(c0), s01 = Vector256.Load(c0 + Half);
        Vector256<float> s10 = Vector256.Load(c1), s11 = Vector256.Load(c1 + Half);
        Vector256<float> s20 = Vector256.Load(c2), s21 = Vector256.Load(c2 + Half);
        Vector256<float> s30 = Vector256.Load(c3), s31 = Vector256.Load(c3 + Half);
        Vector256<float> s40 = Vector256.Load(c4), s41 = Vector256.Load(c4 + Half);
        Vector256<float> s50 = Vector256.Load(c5), s51 = Vector256.Load(c5 + Half);
        for (int k = 0; k < depth; k++, a += Rows, b += Columns)
        {
            // Fused where the machine can: either rounding is one that the real library may have.
            Vector256<float> a0 = Vector256.Load(a), a1 = Vector256.Load(a + Half);
            Vector256<float> b0 = Vector256.Create(b[0]);
            s00 = Vector256.MultiplyAddEstimate(a0, b0, s00);
            s01 = Vector256.MultiplyAddEstimate(a1, b0, s01);
            Vector256<float> b1 = Vector256.Create(b[1]);
            s10 = Vector256.MultiplyAddEstimate(a0, b1, s10);
            s11 = Vector256.MultiplyAddEstimate(a1, b1, s11);
            Vector256<float> b2 = Vector256.Create(b[2]);
            s20 = Vector256.MultiplyAddEstimate(a0, b2, s20);
            s21 = Vector256.MultiplyAddEstimate(a1, b2, s21);
            Vector256<float> b3 = Vector256.Create(b[3]);
            s30 = Vector256.MultiplyAddEstimate(a0, b3, s30);
            s31 = Vector256.MultiplyAddEstimate(a1, b3, s31);
            Vector256<float> b4 = Vector256.Create(b[4]);
            s40 = Vector256.MultiplyAddEstimate(a0, b4, s40);
            s41 = Vector256.MultiplyAddEstimate(a1, b4, s41);
            Vector256<float> b5 = Vector256.Create(b[5]);
            s50 = Vector256.MultiplyAddEstimate(a0, b5, s50);
            s51 = Vector256.MultiplyAddEstimate(a1, b5, s51);
        }
        s00.Store(c0);
        s01.Store(c0 + Half);
        s10.Store(c1);
        s11.Store(c1 + Half);
        s20.Store(c2);
        s21.Store(c2 + Half);
        s30.Store(c3);
        s31.Store(c3 + Half);
        s40.Store(c4);
        s41.Store(c4 + Half);
        s50.Store(c5);
        s51.Store(c5 + Half);
    }
}
