using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.Engine.Cuda;

/// <summary>One block's weights on the device, in memory that <see cref="CudaWeights"/> owns.</summary>
/// <param name="AttentionNorm">LayerNorm before attention.</param>
/// <param name="QueryKeyValue">[3C, C].</param>
/// <param name="QueryKeyValueBias">[3C].</param>
/// <param name="QueryKeyValueFolded">The bias with LayerNorm's shift in it, for products that take LayerNorm in, [3C].</param>
/// <param name="AttentionProjection">[C, C].</param>
/// <param name="AttentionProjectionBias">[C].</param>
/// <param name="MlpNorm">LayerNorm before the MLP.</param>
/// <param name="MlpExpansion">[inner, C].</param>
/// <param name="MlpExpansionBias">[inner].</param>
/// <param name="MlpExpansionFolded">The bias with LayerNorm's shift in it, for products that take LayerNorm in, [inner].</param>
/// <param name="MlpProjection">[C, inner].</param>
/// <param name="MlpProjectionBias">[C].</param>
internal sealed record CudaLayer(
    LayerNormWeights AttentionNorm,
    DeviceMatrix QueryKeyValue,
    DeviceSpan<float> QueryKeyValueBias,
    DeviceSpan<float> QueryKeyValueFolded,
    DeviceMatrix AttentionProjection,
    DeviceSpan<float> AttentionProjectionBias,
    LayerNormWeights MlpNorm,
    DeviceMatrix MlpExpansion,
    DeviceSpan<float> MlpExpansionBias,
    DeviceSpan<float> MlpExpansionFolded,
    DeviceMatrix MlpProjection,
    DeviceSpan<float> MlpProjectionBias);
