using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>How stored numbers become f32 in registers; the arithmetic after it is the same for every format.</summary>
internal unsafe interface IWeightFormat
{
    /// <summary>Bytes a number.</summary>
    static abstract int Size { get; }

    /// <summary>Loads as many numbers as a vector has.</summary>
    static abstract TVector Load<TLanes, TVector>(byte* source)
        where TLanes : ILanes<TVector>
        where TVector : struct;
}
