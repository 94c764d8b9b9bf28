using GptCuda.Engine.Weights;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.Engine.Cuda;

/// <summary>A model's weights on the device: matrices [out, in] in the chosen type, everything else f32.</summary>
internal sealed class CudaWeights : IDisposable
{
    private readonly DeviceArena? _arena;
    private readonly DevicePlan _plan;
    private readonly KernelShape _shape;
    private readonly List<Action<CudaWeightLoader>> _uploads = [];

    private CudaWeights(GptConfiguration configuration, KernelShape shape, DeviceArena? arena)
    {
        _arena = arena;
        _plan = new DevicePlan(arena);
        _shape = shape;
        int width = configuration.Width, inner = configuration.InnerSize;
        float epsilon = (float)configuration.LayerNormEpsilon;

        TokenEmbedding = TakeEmbedding(WeightCatalog.TokenEmbedding, configuration.VocabularySize);
        PositionEmbedding = _plan.Take<float>((long)configuration.ContextLength * width);
        _uploads.Add(loader => loader.UploadValues(WeightCatalog.PositionEmbedding, PositionEmbedding));
        var layers = new CudaLayer[configuration.LayerCount];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            LayerNormWeights attentionNorm = TakeNorm(WeightCatalog.Block(layer, "ln_1"), width, epsilon);
            (DeviceMatrix qkv, DeviceSpan<float> qkvBias) = TakeLinear(WeightCatalog.Block(layer, "attn.c_attn"), width, 3 * width);
            (DeviceMatrix projection, DeviceSpan<float> projectionBias) = TakeLinear(
                WeightCatalog.Block(layer, "attn.c_proj"), width, width);
            LayerNormWeights mlpNorm = TakeNorm(WeightCatalog.Block(layer, "ln_2"), width, epsilon);
            (DeviceMatrix expansion, DeviceSpan<float> expansionBias) = TakeLinear(WeightCatalog.Block(layer, "mlp.c_fc"), width, inner);
            (DeviceMatrix contraction, DeviceSpan<float> contractionBias) = TakeLinear(
                WeightCatalog.Block(layer, "mlp.c_proj"), inner, width);
            layers[layer] = new CudaLayer(
                attentionNorm, qkv, qkvBias, TakeFolded(qkv, attentionNorm, qkvBias, 3 * width), projection, projectionBias,
                mlpNorm, expansion, expansionBias, TakeFolded(expansion, mlpNorm, expansionBias, inner), contraction, contractionBias);
        }

        Layers = layers;
        FinalNorm = TakeNorm("ln_f", width, epsilon);
        OutputEmbedding = configuration.TiedEmbeddings
            ? TokenEmbedding
            : TakeEmbedding(WeightCatalog.OutputEmbedding, configuration.VocabularySize);
    }

    /// <summary>[V, C].</summary>
    public DeviceMatrix TokenEmbedding { get; }

    /// <summary>[context, C], f32 numbers that were rounded to the type of the matrices.</summary>
    public DeviceSpan<float> PositionEmbedding { get; }

    public IReadOnlyList<CudaLayer> Layers { get; }

    public LayerNormWeights FinalNorm { get; }

    /// <summary>The matrix of the logits, [V, C]; the token embedding where they are tied.</summary>
    public DeviceMatrix OutputEmbedding { get; }

    /// <summary>Bytes that the weights of a model take.</summary>
    /// <exception cref="OverflowException">More than 64 bits can count.</exception>
    public static long TotalBytes(GptConfiguration configuration, KernelShape shape) =>
        new CudaWeights(configuration, shape, null)._plan.Bytes;

    /// <summary>Allocates and uploads a model's weights. The source is not needed after it.</summary>
    /// <exception cref="InvalidDataException">A weight is out of the type's range; what the source throws passes through.</exception>
    public static CudaWeights Load(IWeightSource source, CudaContext context, KernelShape shape, CudaWeightLoader loader)
    {
        var arena = new DeviceArena(context, TotalBytes(source.Configuration, shape));
        try
        {
            var weights = new CudaWeights(source.Configuration, shape, arena);
            foreach (Action<CudaWeightLoader> upload in weights._uploads)
                upload(loader);
            weights._uploads.Clear();
            loader.Finish();
            return weights;
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _arena?.Dispose();

    private LayerNormWeights TakeNorm(string name, int width, float epsilon) =>
        new(TakeVector(name + ".weight", width), TakeVector(name + ".bias", width), epsilon);

    private (DeviceMatrix Matrix, DeviceSpan<float> Bias) TakeLinear(string name, int inputs, int outputs)
    {
        DeviceSpan<float> bias = TakeVector(name + ".bias", outputs);
        DeviceMatrix matrix = TakeMatrix(inputs, outputs);
        _uploads.Add(loader => loader.UploadTransposed(name + ".weight", matrix, inputs, outputs));
        return (matrix, bias);
    }

    private DeviceSpan<float> TakeFolded(DeviceMatrix matrix, LayerNormWeights norm, DeviceSpan<float> bias, int outputs)
    {
        DeviceSpan<float> folded = _plan.Take<float>(outputs);
        _uploads.Add(loader => loader.FoldShift(matrix, norm.Shift, bias, folded));
        return folded;
    }

    private DeviceMatrix TakeEmbedding(string name, int rows)
    {
        DeviceMatrix matrix = TakeMatrix(_shape.Width, rows);
        _uploads.Add(loader => loader.UploadRows(name, matrix, rows, _shape.Width));
        return matrix;
    }

    private DeviceMatrix TakeMatrix(int inputs, int outputs) => new(
        _plan.Take<byte>((long)outputs * _shape.Stride(inputs) * _shape.ElementBytes),
        _plan.Take<float>(_shape.Type == MatrixType.Int8 ? outputs : 0));

    private DeviceSpan<float> TakeVector(string name, int length)
    {
        DeviceSpan<float> vector = _plan.Take<float>(length);
        _uploads.Add(loader => loader.UploadValues(name, vector));
        return vector;
    }
}
