using GptCuda.Engine.Cpu.Matrices;

namespace GptCuda.Engine.Cpu;

/// <summary>One block's weights in memory that <see cref="CpuWeights"/> owns.</summary>
/// <param name="AttentionNorm">LayerNorm before attention.</param>
/// <param name="QueryKeyValue">c_attn, C to 3C.</param>
/// <param name="AttentionProjection">attn.c_proj, C to C.</param>
/// <param name="MlpNorm">LayerNorm before the MLP.</param>
/// <param name="MlpExpansion">c_fc, C to the inner size.</param>
/// <param name="MlpProjection">mlp.c_proj, back to C.</param>
internal sealed record LayerWeights(
    NormWeights AttentionNorm,
    PackedMatrix QueryKeyValue,
    PackedMatrix AttentionProjection,
    NormWeights MlpNorm,
    PackedMatrix MlpExpansion,
    PackedMatrix MlpProjection);
