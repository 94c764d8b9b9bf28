using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>Signed bytes; the scale of their row is applied to the finished sum.</summary>
internal readonly unsafe struct Int8Format : IWeightFormat
{
    public static int Size => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TLanes, TVector>(byte* source)
        where TLanes : ILanes<TVector>
        where TVector : struct => TLanes.LoadInt8((sbyte*)source);
}
