using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Weights;

public sealed class HuggingFaceDirectoryTests
{
    private static string Model(string name) => name == "tiny" ? Repository.TinyModel : Repository.TestData("models", name);

    [Theory]
    [InlineData("hf-f32", ElementType.F32)]
    [InlineData("hf-bf16", ElementType.BF16)]
    [InlineData("hf-official", ElementType.F32)]
    [InlineData("hf-heads32", ElementType.F32)]
    [InlineData("hf-sharded", ElementType.F32)]
    [InlineData("tiny", ElementType.F16)]
    public void Open_ModelSavedByTransformers_HasEveryValueOfTheFiles(string name, ElementType storedType)
    {
        var expected = Directory.GetFiles(Model(name), "model*.safetensors").SelectMany(SafetensorsOracle.Read)
            .Where(tensor => !tensor.Key.EndsWith(".attn.bias", StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key.Replace("transformer.", "", StringComparison.Ordinal), tensor => tensor.Value);

        using IWeightSource source = WeightSource.Open(Model(name));

        Assert.Equal(expected.Keys.Order(), source.Tensors.Select(tensor => tensor.Name).Order());
        Assert.Equal("wte.weight", source.Tensors[0].Name);
        Assert.Equal("ln_f.bias", source.Tensors[^1].Name);
        Assert.True(source.Configuration.TiedEmbeddings);
        Assert.Empty(source.Notes);
        foreach (WeightTensor tensor in source.Tensors)
        {
            Assert.Equal(storedType, tensor.StoredType);
            Assert.Equal(expected[tensor.Name].Shape, tensor.Shape);
            float[] values = new float[tensor.ElementCount];
            source.Read(tensor.Name, 0, values);
            Assert.True(values.AsSpan().SequenceEqual(expected[tensor.Name].Values), tensor.Name);
        }
    }

    [Fact]
    public void Open_ConfigurationOfTransformers_IsTaken()
    {
        using IWeightSource source = WeightSource.Open(Model("hf-heads32"));

        Assert.Equal(
            new GptConfiguration
            {
                VocabularySize = 350,
                ContextLength = 72,
                Width = 160,
                HeadCount = 5,
                LayerCount = 2,
                InnerSize = 640,
                LayerNormEpsilon = 1e-5,
                EndOfText = 349,
            },
            source.Configuration);
    }
}
