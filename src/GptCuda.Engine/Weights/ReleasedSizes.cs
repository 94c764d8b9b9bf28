namespace GptCuda.Engine.Weights;

/// <summary>The four sizes in which OpenAI released GPT-2.</summary>
public static class ReleasedSizes
{
    private const int Vocabulary = 50257;

    /// <summary>124M, 355M, 774M, 1558M: the names of the sizes, smallest first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["124M", "355M", "774M", "1558M"];

    /// <summary>The configuration of a size, or null where <paramref name="name"/> is none of <see cref="Names"/>.</summary>
    public static GptConfiguration? Find(string name) => name switch
    {
        "124M" => Size(layers: 12, heads: 12, width: 768),
        "355M" => Size(layers: 24, heads: 16, width: 1024),
        "774M" => Size(layers: 36, heads: 20, width: 1280),
        "1558M" => Size(layers: 48, heads: 25, width: 1600),
        _ => null,
    };

    private static GptConfiguration Size(int layers, int heads, int width) => new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 1024,
        Width = width,
        HeadCount = heads,
        LayerCount = layers,
        InnerSize = 4 * width,
        EndOfText = Vocabulary - 1,
    };
}
