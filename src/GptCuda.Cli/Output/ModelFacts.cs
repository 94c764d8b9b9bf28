using GptCuda.Engine;
using GptCuda.Engine.Download;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Output;

/// <summary>What <c>info</c> tells of a model; the order of the properties is that of the output.</summary>
internal sealed record ModelFacts(
    string Model,
    int VocabularySize,
    int ContextLength,
    int Width,
    int Layers,
    int Heads,
    int InnerSize,
    double LayerNormEpsilon,
    bool TiedEmbeddings,
    int? EndOfText,
    bool HasVocabulary,
    string[] StoredTypes,
    long Parameters,
    Provenance? Source,
    IReadOnlyList<MemoryFacts> Memory)
{
    /// <param name="source">The weights, of which nothing is read.</param>
    /// <param name="endOfText">The end-of-text token of the configuration or the vocabulary.</param>
    /// <param name="hasVocabulary">Whether the model takes text.</param>
    /// <param name="memory">What the model takes.</param>
    public static ModelFacts Of(IWeightSource source, int? endOfText, bool hasVocabulary, IReadOnlyList<MemoryFacts> memory)
    {
        GptConfiguration configuration = source.Configuration;
        return new(
            source.Location,
            configuration.VocabularySize,
            configuration.ContextLength,
            configuration.Width,
            configuration.LayerCount,
            configuration.HeadCount,
            configuration.InnerSize,
            configuration.LayerNormEpsilon,
            configuration.TiedEmbeddings,
            endOfText,
            hasVocabulary,
            [.. source.Tensors.Select(tensor => MemoryFacts.NameOf(tensor.StoredType)).Distinct()],
            source.Tensors.Sum(tensor => tensor.ElementCount),
            Provenance.Read(source.Location),
            memory);
    }
}
