using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>The last step of a matrix product, done while its sums are in the nearest cache.</summary>
internal static unsafe class Epilogue<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Finishes the sums of one row and up to a panel of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(Finish finish, float* sums, float* scales, float* bias, float* destination, int count)
    {
        int whole = count - (count % TLanes.Count);
        switch (finish)
        {
            case Finish.Store:
                for (int i = 0; i < whole; i += TLanes.Count)
                    TLanes.Store(
                        TLanes.FusedMultiplyAdd(TLanes.Load(sums + i), TLanes.Load(scales + i), TLanes.Load(bias + i)), destination + i);
                break;
            case Finish.Gelu:
                for (int i = 0; i < whole; i += TLanes.Count)
                {
                    TVector value = TLanes.FusedMultiplyAdd(TLanes.Load(sums + i), TLanes.Load(scales + i), TLanes.Load(bias + i));
                    TLanes.Store(Elementary<TLanes, TVector>.Gelu(value), destination + i);
                }

                break;
            case Finish.AddTo:
                for (int i = 0; i < whole; i += TLanes.Count)
                {
                    TVector value = TLanes.FusedMultiplyAdd(TLanes.Load(sums + i), TLanes.Load(scales + i), TLanes.Load(bias + i));
                    TLanes.Store(TLanes.Add(TLanes.Load(destination + i), value), destination + i);
                }

                break;
            default:
                for (int i = 0; i < whole; i += TLanes.Count)
                    TLanes.Store(TLanes.Multiply(TLanes.Load(sums + i), TLanes.Load(scales + i)), destination + i);
                break;
        }

        // The end of a row whose length is no multiple of the vector: the same operations on single numbers.
        if (whole < count)
        {
            Epilogue<LanesScalar, float>.Apply(
                finish, sums + whole, scales + whole, bias is null ? null : bias + whole, destination + whole, count - whole);
        }
    }
}
