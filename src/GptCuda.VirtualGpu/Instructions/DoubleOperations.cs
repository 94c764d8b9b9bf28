using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Double-precision arithmetic on vectors of lanes, rounded to nearest even.</summary>
internal static class DoubleOperations
{
    internal struct Add : IVectorBinary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b) => a + b;
    }

    internal struct Subtract : IVectorBinary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b) => a - b;
    }

    internal struct Multiply : IVectorBinary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b) => a * b;
    }

    internal struct Divide : IVectorBinary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b) => a / b;
    }

    internal struct FusedMultiplyAdd : IVectorTernary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
            Vector256.FusedMultiplyAdd(a, b, c);
    }

    /// <summary>The lesser number: a NaN beside a number loses.</summary>
    internal struct Minimum : IVectorBinary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b) => Vector256.MinNumber(a, b);
    }

    /// <summary>The greater number: a NaN beside a number loses.</summary>
    internal struct Maximum : IVectorBinary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a, Vector256<double> b) => Vector256.MaxNumber(a, b);
    }

    internal struct SquareRoot : IVectorUnary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a) => Vector256.Sqrt(a);
    }

    internal struct Reciprocal : IVectorUnary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a) => Vector256<double>.One / a;
    }

    internal struct Magnitude : IVectorUnary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a) => Vector256.Abs(a);
    }

    internal struct Negate : IVectorUnary<double>
    {
        public static Vector256<double> Invoke(Vector256<double> a) => -a;
    }
}
