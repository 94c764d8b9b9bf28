using System.Text.Json;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Weights;

public sealed class SyntheticWeightSourceTests
{
    [Fact]
    public void Read_FirstSecondAndLastElement_AreThoseOfTheGoldenFile()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("synthetic", "124M", "golden.json")));
        using IWeightSource source = WeightSource.Open("synthetic:124M");
        Assert.Equal($"synthetic:124M:{golden.RootElement.GetProperty("seed").GetUInt64()}", source.Location);

        Assert.NotEmpty(golden.RootElement.GetProperty("weights").EnumerateObject());
        foreach (JsonProperty tensor in golden.RootElement.GetProperty("weights").EnumerateObject())
        {
            long count = source.Tensors.Single(candidate => candidate.Name == tensor.Name).ElementCount;
            float[] first = new float[2], last = new float[1];
            source.Read(tensor.Name, 0, first);
            source.Read(tensor.Name, count - 1, last);
            Assert.Equal(tensor.Value.EnumerateArray().Select(value => value.GetSingle()), [.. first, .. last]);
        }
    }
}
