using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Weights;

public sealed class OpenAIDirectoryTests
{
    [Fact]
    public void Open_CheckpointWrittenByTensorFlow_HasTheTensorsOfItsConfiguration()
    {
        using IWeightSource source = WeightSource.Open(Repository.TestData("models", "openai-tf"));

        Assert.Equal(
            new GptConfiguration
            {
                VocabularySize = 300,
                ContextLength = 48,
                Width = 128,
                HeadCount = 2,
                LayerCount = 2,
                InnerSize = 512,
                EndOfText = 299,
            },
            source.Configuration);
        foreach (WeightTensor tensor in source.Tensors)
            source.Read(tensor.Name, 0, new float[tensor.ElementCount]);
    }
}
