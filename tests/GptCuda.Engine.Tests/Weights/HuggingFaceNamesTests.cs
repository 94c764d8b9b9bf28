using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>Names, types and shapes of tensors in Hugging Face directories.</summary>
public sealed class HuggingFaceNamesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("F32", "")]
    [InlineData("F32", "transformer.")]
    [InlineData("F16", "")]
    [InlineData("BF16", "transformer.")]
    public void Open_TypeAndPrefix_GivesTheSameValues(string type, string prefix)
    {
        new SmallModel(type, prefix).WriteTo(_directory);

        AssertIsSmallModel(Enum.Parse<ElementType>(type));
    }

    [Fact]
    public void Open_Shards_GivesTheSameValues()
    {
        new SmallModel(prefix: "transformer.").WriteShardsTo(_directory, tensorsPerShard: 3);

        AssertIsSmallModel(ElementType.F32);
    }

    [Fact]
    public void Open_TypesMixed_KeepsEachTensorsType()
    {
        SmallModel model = new("BF16");
        model["h.1.ln_2.weight"] = new SmallModel("F32")["h.1.ln_2.weight"];
        model.WriteTo(_directory);

        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.Equal("h.1.ln_2.weight", Assert.Single(source.Tensors, tensor => tensor.StoredType == ElementType.F32).Name);
    }

    [Fact]
    public void Open_MaskBuffers_AreIgnored()
    {
        SmallModel model = new(prefix: "transformer.");
        model.Tensors.InsertRange(3,
        [
            new("transformer.h.0.attn.bias", "BOOL", [1, 1, 3, 3], new byte[9]),
            new("transformer.h.1.attn.bias", "U8", [1, 1, 3, 3], new byte[9]),
            // Out of the model's layers, and of such a length that what follows stands at multiples of four again.
            new("transformer.h.7.attn.bias", "U8", [2], new byte[2]),
            new("transformer.h.1.attn.masked_bias", "F32", [], new byte[4]),
        ]);
        model.WriteTo(_directory);

        AssertIsSmallModel(ElementType.F32);
    }

    [Theory]
    [InlineData("F32", true)]
    [InlineData("F32", false)]
    [InlineData("F16", true)]
    public void Open_OutputEmbeddingEqualToTokenEmbedding_IsTied(string type, bool configured)
    {
        SmallModel model = new() { Configuration = WithTied(configured) };
        model.Tensors.Add(SmallTensor.Encode("lm_head.weight", type, [5, 4], SmallModel.Values("wte.weight", [5, 4])));
        model.WriteTo(_directory);

        AssertIsSmallModel(ElementType.F32);
    }

    [Theory]
    [InlineData("F32", false, 0)]
    [InlineData("BF16", false, 0)]
    [InlineData("F32", true, 1)]
    public void Open_OutputEmbeddingOfItsOwn_IsTheLastTensor(string type, bool configured, int notes)
    {
        SmallModel model = new() { Configuration = WithTied(configured) };
        float[] values = SmallModel.Values("wte.weight", [5, 4]);
        values[^1] += 0.125f;
        model.Tensors.Insert(0, SmallTensor.Encode("lm_head.weight", type, [5, 4], values));
        model.WriteTo(_directory);

        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.False(source.Configuration.TiedEmbeddings);
        Assert.Equal("lm_head.weight", source.Tensors[^1].Name);
        float[] read = new float[20];
        source.Read("lm_head.weight", 0, read);
        Assert.Equal(values, read);
        Assert.Equal(notes, source.Notes.Count(note => note.Contains("lm_head.weight differs from wte.weight", StringComparison.Ordinal)));
    }

    [Fact]
    public void Open_UntiedWithoutOutputEmbedding_SaysWhatIsMissing() =>
        AssertRefused(new() { Configuration = WithTied(false) }, "lm_head.weight: expected [5, 4], not found in model.safetensors");

    [Fact]
    public void Open_WrongShape_SaysExpectedAndFound()
    {
        SmallModel model = new();
        model["h.1.attn.c_attn.weight"] = new("h.1.attn.c_attn.weight", "F32", [4, 11], new byte[4 * 44]);
        AssertRefused(model, "h.1.attn.c_attn.weight: expected [4, 12], found [4, 11] in model.safetensors");
    }

    [Fact]
    public void Open_TransposedMatrix_SaysExpectedAndFound()
    {
        SmallModel model = new();
        model["h.0.mlp.c_fc.weight"] = model["h.0.mlp.c_fc.weight"] with { Shape = [16, 4] };
        AssertRefused(model, "h.0.mlp.c_fc.weight: expected [4, 16], found [16, 4] in model.safetensors");
    }

    [Fact]
    public void Open_OutputEmbeddingOfWrongShape_SaysExpectedAndFound()
    {
        SmallModel model = new();
        model.Tensors.Add(new("lm_head.weight", "F32", [4, 5], new byte[80]));
        AssertRefused(model, "lm_head.weight: expected [5, 4], found [4, 5] in model.safetensors");
    }

    [Fact]
    public void Open_IntegerWeights_SaysExpectedAndFound()
    {
        SmallModel model = new();
        model["ln_f.bias"] = new("ln_f.bias", "I32", [4], new byte[16]);
        AssertRefused(model, "ln_f.bias: expected F32, F16 or BF16, found I32 in model.safetensors");
    }

    [Fact]
    public void Open_MissingTensor_SaysWhichAndWhere()
    {
        SmallModel model = new();
        model.Tensors.Remove(model["h.1.ln_2.bias"]);
        AssertRefused(model, "h.1.ln_2.bias: expected [4], not found in model.safetensors");
    }

    [Fact]
    public void Open_BillionsOfLayersClaimed_StopsAtTheFirstMissingOne()
    {
        SmallModel model = new()
        {
            Configuration = SmallModel.DefaultConfiguration.Replace(
                "\"n_layer\": 2", "\"n_layer\": 16777216", StringComparison.Ordinal),
        };
        model.WriteTo(_directory);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path));

        Assert.Equal("h.2.ln_1.weight: expected [4], not found in model.safetensors", error.Message);
        // Opening the model as it is takes some 100 KB; names for all those layers would take gigabytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Open_TensorWithAndWithoutPrefix_IsRefused()
    {
        SmallModel model = new();
        model.Tensors.Add(model["wpe.weight"] with { Name = "transformer.wpe.weight" });
        AssertRefused(model, "wpe.weight appears twice in model.safetensors, with and without the prefix transformer.");
    }

    [Theory]
    [InlineData("h.2.ln_1.weight")]
    [InlineData("h.0.attn.c_attn.lora_A.weight")]
    [InlineData("transformer.h.0.crossattention.c_attn.weight")]
    public void Open_TensorInsideTheModelThatIsNotCalledFor_IsRefused(string name)
    {
        SmallModel model = new();
        model.Tensors.Add(new(name, "F32", [4], new byte[16]));
        AssertRefused(
            model,
            $"{name.Replace("transformer.", "", StringComparison.Ordinal)}: found in model.safetensors, "
            + "but a GPT-2 of 2 layers has no such tensor");
    }

    [Fact]
    public void Open_HeadsForOtherPurposes_AreLeftUnreadAndNamed()
    {
        SmallModel model = new(prefix: "transformer.");
        model.Tensors.Add(new("score.weight", "F32", [2, 4], new byte[32]));
        model.Tensors.Add(new("multiple_choice_head.summary.bias", "F32", [1], new byte[4]));
        model.WriteTo(_directory);

        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.Equal(["left unread: score.weight, multiple_choice_head.summary.bias"], source.Notes);
    }

    [Fact]
    public void Open_NotANumberAmongTheWeights_IsAccepted()
    {
        SmallModel model = new("F16");
        model["wte.weight"] = SmallTensor.Encode(
            "wte.weight", "F16", [5, 4], [.. Enumerable.Repeat(float.NaN, 19), float.NegativeInfinity]);
        model.WriteTo(_directory);

        using IWeightSource source = WeightSource.Open(_directory.Path);
        float[] values = new float[20];
        source.Read("wte.weight", 0, values);

        Assert.Equal(19, values.Count(float.IsNaN));
        Assert.Equal(float.NegativeInfinity, values[19]);
    }

    private static string WithTied(bool tied) =>
        SmallModel.DefaultConfiguration.Replace("}", $", \"tie_word_embeddings\": {(tied ? "true" : "false")}}}", StringComparison.Ordinal);

    private void AssertRefused(SmallModel model, string message)
    {
        model.WriteTo(_directory);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message);
    }

    private void AssertIsSmallModel(ElementType type)
    {
        using IWeightSource source = WeightSource.Open(_directory.Path);
        Assert.Empty(source.Notes);
        Assert.True(source.Configuration.TiedEmbeddings);
        Assert.Equal(_directory.Path, source.Location);
        Assert.Equal(SmallModel.Names().Select(tensor => tensor.Name), source.Tensors.Select(tensor => tensor.Name));
        foreach ((string name, long[] shape) in SmallModel.Names())
        {
            WeightTensor tensor = source.Tensors.Single(candidate => candidate.Name == name);
            Assert.Equal(shape, tensor.Shape);
            Assert.Equal(type, tensor.StoredType);
            float[] values = new float[tensor.ElementCount];
            source.Read(name, 0, values);
            Assert.Equal(SmallModel.Values(name, shape), values);
        }
    }
}
