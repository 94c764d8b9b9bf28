using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu;

/// <summary>All weights of a model in one piece of memory, converted and laid out for the CPU's matrix products.</summary>
internal sealed unsafe partial class CpuWeights : IDisposable
{
    /// <summary>Panels of an embedding that one thread converts before it takes other work.</summary>
    private const int PanelsAtOnce = 16;

    private readonly NativeBuffer<byte>? _memory;
    private readonly List<Action<WeightPacker>> _conversions = [];
    private readonly byte* _base;
    private long _used;

    /// <summary>Lays the weights out from an address on; with none it only adds up.</summary>
    private CpuWeights(GptConfiguration configuration, ElementType type, NativeBuffer<byte>? memory)
    {
        _memory = memory;
        _base = memory is null ? null : memory.Pointer;
        int width = configuration.Width, inner = configuration.InnerSize;
        TokenEmbedding = TakeEmbedding(WeightCatalog.TokenEmbedding, type, configuration.VocabularySize, width);
        PositionEmbedding = TakeEmbedding(WeightCatalog.PositionEmbedding, type, configuration.ContextLength, width);
        var layers = new LayerWeights[configuration.LayerCount];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            layers[layer] = new(
                TakeNorm(WeightCatalog.Block(layer, "ln_1"), width),
                TakeLinear(WeightCatalog.Block(layer, "attn.c_attn"), type, width, 3 * width),
                TakeLinear(WeightCatalog.Block(layer, "attn.c_proj"), type, width, width),
                TakeNorm(WeightCatalog.Block(layer, "ln_2"), width),
                TakeLinear(WeightCatalog.Block(layer, "mlp.c_fc"), type, width, inner),
                TakeLinear(WeightCatalog.Block(layer, "mlp.c_proj"), type, inner, width));
        }

        Layers = layers;
        FinalNorm = TakeNorm("ln_f", width);
        OutputEmbedding = configuration.TiedEmbeddings
            ? TokenEmbedding
            : TakeEmbedding(WeightCatalog.OutputEmbedding, type, configuration.VocabularySize, width);
    }

    /// <summary>Token embedding, an output for each token; where embeddings are tied also the matrix of the logits.</summary>
    public PackedMatrix TokenEmbedding { get; }

    /// <summary>Position embedding, an output for each position.</summary>
    public PackedMatrix PositionEmbedding { get; }

    public IReadOnlyList<LayerWeights> Layers { get; }

    public NormWeights FinalNorm { get; }

    /// <summary>The matrix of the logits.</summary>
    public PackedMatrix OutputEmbedding { get; }

    /// <summary>Bytes that the weights of a model take.</summary>
    public static long TotalBytes(GptConfiguration configuration, ElementType type) => new CpuWeights(configuration, type, null)._used;

    /// <summary>Converts a model's weights, tensors in parallel.</summary>
    /// <exception cref="InvalidDataException">A weight is out of the type's range; what the source throws passes through.</exception>
    public static CpuWeights Load(IWeightSource source, ElementType type, WorkerPool pool)
    {
        var memory = new NativeBuffer<byte>(TotalBytes(source.Configuration, type), hugePages: true);
        try
        {
            var weights = new CpuWeights(source.Configuration, type, memory);
            var packer = new WeightPacker(source);
            pool.For(weights._conversions.Count, (unit, _) => weights._conversions[unit](packer));
            weights._conversions.Clear();
            return weights;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();

    private NormWeights TakeNorm(string name, int width) =>
        new(TakeVector(name + ".weight", width, width), TakeVector(name + ".bias", width, width));

    private PackedMatrix TakeLinear(string name, ElementType type, int inputs, int outputs)
    {
        int filled = PackedMatrix.CountPanels(outputs) * PackedMatrix.PanelWidth;
        float* bias = TakeVector(name + ".bias", outputs, filled);
        PackedMatrix matrix = TakeMatrix(type, inputs, outputs, bias);
        _conversions.Add(packer => packer.PackInputRows(name + ".weight", matrix));
        return matrix;
    }

    private PackedMatrix TakeEmbedding(string name, ElementType type, int rows, int width)
    {
        PackedMatrix matrix = TakeMatrix(type, width, rows, null);
        for (int panel = 0; panel < matrix.PanelCount; panel += PanelsAtOnce)
        {
            int first = panel, end = Math.Min(panel + PanelsAtOnce, matrix.PanelCount);
            _conversions.Add(packer =>
            {
                for (int p = first; p < end; p++)
                    packer.PackOutputRows(name, matrix, p);
            });
        }

        return matrix;
    }

    private PackedMatrix TakeMatrix(ElementType type, int inputs, int outputs, float* bias)
    {
        long filled = (long)PackedMatrix.CountPanels(outputs) * PackedMatrix.PanelWidth;
        float* scales = (float*)Take(filled * sizeof(float));
        byte* panels = Take(PackedMatrix.PanelBytes(type, inputs, outputs));
        return new(type, inputs, outputs, (nint)panels, (nint)scales, (nint)bias);
    }

    private float* TakeVector(string name, int length, int filled)
    {
        var vector = (float*)Take((long)filled * sizeof(float));
        _conversions.Add(packer =>
        {
            packer.ReadVector(name, vector, length);
            new Span<float>(vector + length, filled - length).Clear();
        });
        return vector;
    }

    private byte* Take(long bytes)
    {
        byte* taken = _base + _used;
        _used = checked(_used + ((bytes + 63) & ~63L));
        return taken;
    }
}
