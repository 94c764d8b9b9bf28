using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu;

/// <content>
/// Weights where a mapped file has them. A first pass over them reads each number once, as laying them out would, and so comes to
/// its end before laying out alone would; passes after it want panels.
/// </content>
internal sealed unsafe partial class CpuWeights
{
    private CpuWeights(IWeightSource source, NativeBuffer<byte> ones)
    {
        _memory = ones;
        _base = ones.Pointer;
        GptConfiguration configuration = source.Configuration;
        new Span<float>((float*)_base, MostOutputs(configuration)).Fill(1);
        int width = configuration.Width, inner = configuration.InnerSize;
        TokenEmbedding = MapEmbedding(WeightCatalog.TokenEmbedding, configuration.VocabularySize);
        PositionEmbedding = MapEmbedding(WeightCatalog.PositionEmbedding, configuration.ContextLength);
        Layers = [.. Enumerable.Range(0, configuration.LayerCount).Select(layer => new LayerWeights(
            MapNorm(WeightCatalog.Block(layer, "ln_1")),
            MapLinear(WeightCatalog.Block(layer, "attn.c_attn"), width, 3 * width),
            MapLinear(WeightCatalog.Block(layer, "attn.c_proj"), width, width),
            MapNorm(WeightCatalog.Block(layer, "ln_2")),
            MapLinear(WeightCatalog.Block(layer, "mlp.c_fc"), width, inner),
            MapLinear(WeightCatalog.Block(layer, "mlp.c_proj"), inner, width)))];
        FinalNorm = MapNorm("ln_f");
        OutputEmbedding = configuration.TiedEmbeddings
            ? TokenEmbedding
            : MapEmbedding(WeightCatalog.OutputEmbedding, configuration.VocabularySize);

        float* Map(string name) =>
            source.TryMap(name, out byte* bytes)
                ? (float*)bytes
                : throw new InvalidOperationException($"{source.Location}: {name} is not mapped");

        NormWeights MapNorm(string name) => new(Map(name + ".weight"), Map(name + ".bias"));

        PackedMatrix MapLinear(string name, int inputs, int outputs) =>
            new(ElementType.F32, inputs, outputs, (nint)Map(name + ".weight"), (nint)_base, (nint)Map(name + ".bias"))
            {
                Order = FileOrder.InputRows,
            };

        PackedMatrix MapEmbedding(string name, int rows) =>
            new(ElementType.F32, width, rows, (nint)Map(name), (nint)_base, 0) { Order = FileOrder.OutputRows };
    }

    /// <summary>The weights of a source in place: null unless it has all of them as f32 in mapped files.</summary>
    /// <param name="source">Stays open for as long as these are used.</param>
    /// <exception cref="InvalidDataException">
    /// A tensor's bytes do not have their checksum; what the source throws passes through.
    /// </exception>
    public static CpuWeights? TryMap(IWeightSource source)
    {
        if (!BitConverter.IsLittleEndian || source.Tensors.Any(tensor => tensor.StoredType != ElementType.F32)
            || !source.TryMap(WeightCatalog.TokenEmbedding, out _))
        {
            return null;
        }

        var ones = new NativeBuffer<byte>(MostOutputs(source.Configuration) * sizeof(float));
        try
        {
            return new CpuWeights(source, ones);
        }
        catch
        {
            ones.Dispose();
            throw;
        }
    }

    private static int MostOutputs(GptConfiguration configuration) =>
        Math.Max(
            Math.Max(configuration.VocabularySize, configuration.ContextLength),
            Math.Max(3 * configuration.Width, configuration.InnerSize));
}
