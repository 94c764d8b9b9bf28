using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>exp and GELU from written-out multiplications and additions, the same bits at every vector width.</summary>
internal static class Elementary<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// e^x to within 2 units in the last place; 0 below -87, infinity above 88 (neither end needs subnormals here); NaN for NaN.
    /// </summary>
    /// <remarks>
    /// x = n ln 2 + r with |r| at most half of ln 2; e^r by its Taylor polynomial, whose first left-out term is below 2^-27 of the
    /// sum. ln 2 is subtracted in two parts, the first with few enough bits that its product with n is exact.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector shift = TLanes.Broadcast(12582912f);
        TVector shifted = TLanes.FusedMultiplyAdd(x, TLanes.Broadcast(1.44269504f), shift);
        TVector n = TLanes.Subtract(shifted, shift);
        TVector r = TLanes.FusedMultiplyAdd(n, TLanes.Broadcast(-0.693145752f), x);
        r = TLanes.FusedMultiplyAdd(n, TLanes.Broadcast(-1.42860677e-6f), r);
        TVector p = TLanes.Broadcast(1f / 5040);
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 720));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 120));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 24));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 6));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(0.5f));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f));
        TVector result = TLanes.Multiply(p, TLanes.PowerOfTwo(shifted));
        result = TLanes.SelectLess(x, TLanes.Broadcast(-87f), TLanes.Broadcast(0f), result);
        return TLanes.SelectLess(TLanes.Broadcast(88f), x, TLanes.Broadcast(float.PositiveInfinity), result);
    }

    /// <summary>
    /// GELU in its tanh form, 0.5 x (1 + tanh(u)) with u = sqrt(2 / pi) (x + 0.044715 x^3), written as x / (1 + e^(-2u)), which is
    /// the same and loses nothing where tanh is near -1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gelu(TVector x)
    {
        TVector square = TLanes.Multiply(x, x);
        TVector factor = TLanes.FusedMultiplyAdd(square, TLanes.Broadcast(-0.0713548162f), TLanes.Broadcast(-1.59576912f));
        TVector divisor = TLanes.Add(TLanes.Broadcast(1f), Exp(TLanes.Multiply(x, factor)));
        return TLanes.Divide(x, divisor);
    }
}
