using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>A small model of any shape with seeded random weights, held in memory.</summary>
internal sealed class RandomWeights : IWeightSource
{
    private readonly Dictionary<string, float[]> _values = [];

    public RandomWeights(GptConfiguration configuration, int seed = 1)
    {
        Configuration = configuration;
        Tensors = [.. WeightCatalog.Tensors(configuration).Select(tensor => new WeightTensor(tensor.Name, ElementType.F32, tensor.Shape))];
        var random = new Random(seed);
        foreach (WeightTensor tensor in Tensors)
        {
            var values = new float[tensor.ElementCount];
            bool norm = tensor.Name.Contains("ln_", StringComparison.Ordinal) && tensor.Name.EndsWith(".weight", StringComparison.Ordinal);
            for (int i = 0; i < values.Length; i++)
                values[i] = (norm ? 1 : 0) + (((float)random.NextDouble() - 0.5f) * 0.5f);
            _values.Add(tensor.Name, values);
        }
    }

    public GptConfiguration Configuration { get; }

    public string Location => "random";

    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>The values of a tensor, to change before they are read.</summary>
    public float[] this[string name] => _values[name];

    /// <summary>A shape whose sizes are all odd ones.</summary>
    public static GptConfiguration Shape(int vocabulary = 131, int context = 70, int width = 35, int heads = 5, int layers = 2, int inner = 83) => new()
    {
        VocabularySize = vocabulary,
        ContextLength = context,
        Width = width,
        HeadCount = heads,
        LayerCount = layers,
        InnerSize = inner,
    };

    /// <summary>Seeded token ids.</summary>
    public static int[] Tokens(int count, int vocabulary, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    public void Read(string name, long first, Span<float> destination) =>
        _values[name].AsSpan((int)first, destination.Length).CopyTo(destination);

    public unsafe bool TryMap(string name, out byte* bytes)
    {
        bytes = null;
        return false;
    }

    public void Release(string name, long first, long count)
    {
    }

    public void Dispose()
    {
    }
}
