using GptCuda.Engine.Backends;
using GptCuda.Kernels.Blas;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>
/// The blocks of the model and its logits, queued on a stream: for few rows five launches a layer, each streaming its weights once;
/// for many rows cuBLAS and what lies between its products.
/// </summary>
internal sealed class CudaLayers(
    GptConfiguration configuration, KernelShape shape, CudaStream stream, CudaKernels kernels, CudaWeights weights, CudaWorkspace workspace,
    DeviceCache cache, RowMajorGemm gemm)
{
    private readonly int _width = configuration.Width;
    private readonly int _inner = configuration.InnerSize;
    private readonly float[] _scales =
        [.. Enumerable.Range(0, configuration.LayerCount).Select(layer => (float)configuration.AttentionScale(layer))];

    /// <summary>Queues all blocks for at most <see cref="CudaKernels.MostRows"/> rows, as many as a variant has.</summary>
    /// <param name="rows">A number that <see cref="CudaKernels.RowsOfVariant"/> gives.</param>
    /// <param name="residual">[rows, C].</param>
    /// <param name="places">[rows]; a row without a sequence has slot -1.</param>
    /// <param name="trace">Sees what passes, or null.</param>
    public void RunFew(int rows, DeviceSpan<float> residual, RowPlaces places, CudaTrace? trace)
    {
        MatrixVectorKernels product = kernels.MatrixVector(rows);
        DeviceSpan<float> queries = workspace.Queries.Slice(0, (long)rows * _width);
        DeviceSpan<byte> attended = workspace.Attended.Slice(0, (long)rows * _width * shape.CachedBytes);
        DeviceSpan<byte> hidden = workspace.Hidden.Slice(0, (long)rows * _inner * shape.CachedBytes);
        for (int i = 0; i < weights.Layers.Count; i++)
        {
            CudaLayer layer = weights.Layers[i];
            product.Qkv(stream, layer.QueryKeyValue, layer.QueryKeyValueFolded, layer.AttentionNorm, residual, queries, cache, places, i);
            trace?.QueriesKeysValues(i, queries);
            kernels.AttentionDecode.Launch(
                stream, rows, queries, cache, places, workspace.Partial, workspace.Tickets, attended, _scales[i], i);
            trace?.Point(ForwardPoint.Attention, i, attended);
            product.Project(stream, layer.AttentionProjection, layer.AttentionProjectionBias, attended, residual);
            trace?.Point(ForwardPoint.ResidualAfterAttention, i, residual);
            product.Expand(stream, layer.MlpExpansion, layer.MlpExpansionFolded, layer.MlpNorm, residual, hidden);
            product.Contract(stream, layer.MlpProjection, layer.MlpProjectionBias, hidden, residual);
            trace?.Point(ForwardPoint.ResidualAfterMlp, i, residual);
        }
    }

    /// <summary>
    /// Queues all blocks and the last LayerNorm for any number of rows. A product's bias waits for the LayerNorm that follows.
    /// </summary>
    /// <param name="rows">At most <see cref="CudaWorkspace.Tokens"/>.</param>
    /// <param name="residual">[rows, C].</param>
    /// <param name="places">[rows].</param>
    /// <param name="tiles">The rows as runs of sequences; empty where each row is a sequence of its own, one token long.</param>
    /// <param name="trace">Sees what passes, or null.</param>
    public void RunMany(int rows, DeviceSpan<float> residual, RowPlaces places, DeviceSpan<QueryTile> tiles, CudaTrace? trace)
    {
        DeviceSpan<float> pending = default;
        for (int i = 0; i < weights.Layers.Count; i++)
        {
            CudaLayer layer = weights.Layers[i];
            Normalize(rows, residual, pending, layer.AttentionNorm);
            if (i > 0)
                trace?.Point(ForwardPoint.ResidualAfterMlp, i - 1, residual);
            Multiply(rows, workspace.Normalized, layer.QueryKeyValue, _width, 3 * _width, workspace.Product, add: false);
            kernels.Epilogue.StoreQkv(stream, rows, workspace.Product, layer.QueryKeyValueBias, workspace.Queries, cache, places, i);
            trace?.QueriesKeysValues(i, workspace.Queries.Slice(0, (long)rows * _width));
            Attend(rows, places, tiles, i);
            trace?.Point(ForwardPoint.Attention, i, workspace.Attended.Slice(0, (long)rows * _width * shape.CachedBytes));
            Multiply(rows, workspace.Attended, layer.AttentionProjection, _width, _width, residual, add: true);
            Normalize(rows, residual, layer.AttentionProjectionBias, layer.MlpNorm);
            trace?.Point(ForwardPoint.ResidualAfterAttention, i, residual);
            Multiply(rows, workspace.Normalized, layer.MlpExpansion, _width, _inner, workspace.Product, add: false);
            kernels.Epilogue.BiasGelu(stream, rows, workspace.Product, layer.MlpExpansionBias, workspace.Hidden);
            Multiply(rows, workspace.Hidden, layer.MlpProjection, _inner, _width, residual, add: true);
            pending = layer.MlpProjectionBias;
        }
        Normalize(rows, residual, pending, weights.FinalNorm);
        trace?.Point(ForwardPoint.ResidualAfterMlp, weights.Layers.Count - 1, residual);
    }

    /// <summary>Queues the logits of rows that stand together, streaming the embedding once for every few of them.</summary>
    /// <param name="rows">Any number up to the room for logits.</param>
    /// <param name="residual">[rows, C], after the last block.</param>
    /// <param name="logits">[rows, <see cref="KernelShape.LogitsStride"/>], written.</param>
    public void LogitsOfFew(int rows, DeviceSpan<float> residual, DeviceSpan<float> logits)
    {
        for (int first = 0; first < rows;)
        {
            int count = kernels.LargestVariantWithin(rows - first);
            kernels.MatrixVector(count).Logits(
                stream, weights.OutputEmbedding, weights.FinalNorm, residual.Slice((long)first * _width, (long)count * _width),
                logits.Slice((long)first * shape.LogitsStride, (long)count * shape.LogitsStride));
            first += count;
        }
    }

    /// <summary>Queues the logits of chosen rows of the residual stream as one product.</summary>
    /// <param name="residual">[T, C], after the last block.</param>
    /// <param name="rows">Which rows; their number is that of the logits' rows.</param>
    /// <param name="logits">[rows, <see cref="KernelShape.LogitsStride"/>], written.</param>
    public void LogitsOfMany(DeviceSpan<float> residual, DeviceSpan<int> rows, DeviceSpan<float> logits)
    {
        kernels.LayerNorm.Launch(stream, (int)rows.Length, residual, default, rows, weights.FinalNorm, workspace.Normalized);
        LogitsOfNormalized((int)rows.Length, logits);
    }

    /// <summary>Queues the logits of the first rows of what the last LayerNorm gave.</summary>
    public void LogitsOfNormalized(int rows, DeviceSpan<float> logits)
    {
        int atOnce = shape.Type == MatrixType.Int8 ? (int)(workspace.Expanded.Length / _width) : shape.Vocabulary;
        for (int first = 0; first < shape.Vocabulary; first += atOnce)
        {
            int outputs = Math.Min(atOnce, shape.Vocabulary - first);
            long rowBytes = (long)shape.Stride(_width) * shape.ElementBytes;
            var part = new DeviceMatrix(
                weights.OutputEmbedding.Elements.Slice(first * rowBytes, outputs * rowBytes),
                shape.Type == MatrixType.Int8 ? weights.OutputEmbedding.Scales.Slice(first, outputs) : default);
            DeviceSpan<float> columns = logits.Slice(first, logits.Length - first);
            gemm.Multiply(
                Activations(workspace.Normalized, rows, _width), Matrix(part, _width, outputs),
                GemmMatrix.F32(columns, rows, outputs, shape.LogitsStride), transposeB: true);
        }
    }

    private void Normalize(int rows, DeviceSpan<float> residual, DeviceSpan<float> pending, in LayerNormWeights norm) =>
        kernels.LayerNorm.Launch(stream, rows, residual, pending, default, norm, workspace.Normalized);

    private void Attend(int rows, RowPlaces places, DeviceSpan<QueryTile> tiles, int layer)
    {
        DeviceSpan<byte> attended = workspace.Attended.Slice(0, (long)rows * _width * shape.CachedBytes);
        if (tiles.Length > 0)
        {
            kernels.AttentionPrefill.Launch(stream, tiles, workspace.Queries, cache, attended, _scales[layer], layer);
            return;
        }
        kernels.AttentionDecode.Launch(
            stream, rows, workspace.Queries, cache, places, workspace.Partial, workspace.Tickets, attended, _scales[layer], layer);
    }

    /// <summary>output = x W^T, or that added to it.</summary>
    private void Multiply(int rows, DeviceSpan<byte> x, DeviceMatrix weight, int inputs, int outputs, DeviceSpan<float> output, bool add) =>
        gemm.Multiply(
            Activations(x, rows, inputs), Matrix(weight, inputs, outputs), GemmMatrix.F32(output, rows, outputs), transposeB: true,
            beta: add ? 1 : 0);

    private GemmMatrix Activations(DeviceSpan<byte> values, int rows, int columns) => Gemm(values, rows, columns, columns);

    /// <summary>A weight matrix as cuBLAS takes it; int8 weights are first expanded.</summary>
    private GemmMatrix Matrix(DeviceMatrix weight, int inputs, int outputs)
    {
        if (shape.Type != MatrixType.Int8)
            return Gemm(weight.Elements, outputs, inputs, shape.Stride(inputs));
        DeviceSpan<ushort> expanded = workspace.Expanded.Slice(0, (long)outputs * inputs);
        kernels.Expand!.Launch(stream, weight, outputs, inputs, expanded, inputs);
        return GemmMatrix.F16(expanded.As<Half>(), outputs, inputs);
    }

    private GemmMatrix Gemm(DeviceSpan<byte> values, int rows, int columns, int stride) => shape.Type switch
    {
        MatrixType.F32 => GemmMatrix.F32(values.As<float>(), rows, columns, stride),
        MatrixType.BF16 => GemmMatrix.BF16(values.As<ushort>(), rows, columns, stride),
        _ => GemmMatrix.F16(values.As<Half>(), rows, columns, stride),
    };
}
