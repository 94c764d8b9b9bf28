namespace GptCuda.Engine.Cpu;

/// <summary>Scale and offset of a LayerNorm, [C] of f32 each.</summary>
internal readonly unsafe struct NormWeights(float* scale, float* offset)
{
    public float* Scale { get; } = scale;

    public float* Offset { get; } = offset;
}
