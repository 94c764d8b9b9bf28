using System.Buffers.Binary;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Weights;

public sealed class OpenAIDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_CheckpointWrittenByTensorFlow_HasItsConfigurationAndValues()
    {
        string model = Repository.TestData("models", "openai-tf");
        byte[] data = File.ReadAllBytes(Path.Combine(model, "model.ckpt.data-00000-of-00001"));

        using IWeightSource source = WeightSource.Open(model);

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
        // TensorFlow writes tensors in the order of their names: model/h0/attn/c_attn/b first, model/wte last.
        AssertBytes("h.0.attn.c_attn.bias", 0);
        AssertBytes("h.0.attn.c_attn.weight", 4 * 384);
        AssertBytes("ln_f.weight", data.Length - 4 * (300 * 128 + 48 * 128 + 128));
        AssertBytes("wpe.weight", data.Length - 4 * (300 * 128 + 48 * 128));
        AssertBytes("wte.weight", data.Length - 4 * 300 * 128);
        foreach (WeightTensor tensor in source.Tensors)
            source.Read(tensor.Name, 0, new float[tensor.ElementCount]);

        void AssertBytes(string name, int offset)
        {
            float[] values = new float[source.Tensors.Single(tensor => tensor.Name == name).ElementCount];
            source.Read(name, 0, values);
            for (int i = 0; i < values.Length; i++)
                Assert.Equal(BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(offset + 4 * i)), values[i]);
        }
    }

    [Theory]
    [InlineData("F32", 1)]
    [InlineData("F16", 1)]
    [InlineData("BF16", 3)]
    public void Open_TypesAndDataFiles_GiveTheSameValues(string type, int shards)
    {
        new SmallModel(type).WriteCheckpointTo(_directory, shards);

        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.Equal(SmallModel.Names().Select(tensor => tensor.Name), source.Tensors.Select(tensor => tensor.Name));
        foreach ((string name, long[] shape) in SmallModel.Names())
        {
            WeightTensor tensor = source.Tensors.Single(candidate => candidate.Name == name);
            float[] values = new float[tensor.ElementCount];
            source.Read(name, 0, values);
            Assert.Equal(shape, tensor.Shape);
            Assert.Equal(type, tensor.StoredType.ToString());
            Assert.Equal(SmallModel.Values(name, shape), values);
        }
    }

    [Fact]
    public void Open_TenLayersAndMore_AreTakenByNumber()
    {
        // In the order of bytes h10 and h11 stand before h2, and share their prefix with h1.
        File.WriteAllText(_directory.File("hparams.json"), """{"n_vocab": 5, "n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 12}""");
        CheckpointWriter writer = new();
        foreach (SmallTensor tensor in new SmallModel().Tensors.Where(tensor => !tensor.Name.StartsWith("h.1.", StringComparison.Ordinal)))
        {
            int copies = tensor.Name.StartsWith("h.0.", StringComparison.Ordinal) ? 12 : 1;
            for (int layer = 0; layer < copies; layer++)
            {
                byte[] bytes = new byte[tensor.Bytes.Length];
                BinaryPrimitives.WriteSingleLittleEndian(bytes, layer);
                writer.Add(
                    SmallModel.CheckpointName(tensor.Name).Replace("/h0/", $"/h{layer}/", StringComparison.Ordinal),
                    tensor with { Bytes = bytes });
            }
        }

        File.WriteAllBytes(_directory.File("model.ckpt.index"), writer.Index());
        File.WriteAllBytes(_directory.File("model.ckpt.data-00000-of-00001"), writer.Data(0));

        using IWeightSource source = WeightSource.Open(_directory.Path);

        for (int layer = 0; layer < 12; layer++)
        {
            float[] first = new float[1];
            source.Read($"h.{layer}.mlp.c_fc.weight", 0, first);
            Assert.Equal(layer, first[0]);
        }
    }

    [Fact]
    public void Read_ByteOfATensorChanged_SaysWhichAndWhere()
    {
        new SmallModel().WriteCheckpointTo(_directory);
        string data = _directory.File("model.ckpt.data-00000-of-00001");
        byte[] bytes = File.ReadAllBytes(data);
        bytes[^1] ^= 1;
        File.WriteAllBytes(data, bytes);

        using IWeightSource source = WeightSource.Open(_directory.Path);

        source.Read("wte.weight", 0, new float[20]);
        // The last tensor that was written; the error comes again, and in place of the address as well.
        var error = Assert.Throws<InvalidDataException>(() => source.Read("ln_f.bias", 0, new float[1]));
        Assert.Matches("^ln_f.bias: expected checksum [0-9a-f]{8}, found [0-9a-f]{8} in model.ckpt.data-00000-of-00001$", error.Message);
        Assert.Equal(error.Message, Assert.Throws<InvalidDataException>(() => source.Read("ln_f.bias", 0, new float[1])).Message);
        unsafe
        {
            Assert.Throws<InvalidDataException>(() => source.TryMap("ln_f.bias", out _));
        }
    }

    [Fact]
    public void Open_ByteOfTheIndexChanged_IsRefusedWhereverItIs()
    {
        new SmallModel().WriteCheckpointTo(_directory);
        byte[] original = File.ReadAllBytes(_directory.File("model.ckpt.index"));
        for (int i = 0; i < original.Length; i++)
        {
            byte[] copy = [.. original];
            copy[i] ^= 0x10;
            File.WriteAllBytes(_directory.File("model.ckpt.index"), copy);
            // Between the places of the two blocks and the magic number the footer has zeros that mean nothing.
            bool meaningless = i >= original.Length - 48 && original[i] == 0;
            if (!meaningless)
                Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path));
        }
    }

    [Fact]
    public void Open_DataFileCutAnywhere_IsRefused()
    {
        new SmallModel("F16").WriteCheckpointTo(_directory);
        string data = _directory.File("model.ckpt.data-00000-of-00001");
        byte[] whole = File.ReadAllBytes(data);
        for (int length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(data, whole[..length]);
            Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path));
        }
    }

    [Fact]
    public void Open_DataFileMissing_NamesIt()
    {
        new SmallModel().WriteCheckpointTo(_directory);
        File.Delete(_directory.File("model.ckpt.data-00000-of-00001"));

        Assert.Contains(
            "model.ckpt.data-00000-of-00001: no such file",
            Assert.Throws<FileNotFoundException>(() => WeightSource.Open(_directory.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorsOfTraining_AreLeftUnreadAndNamed()
    {
        new SmallModel().WriteCheckpointTo(_directory);
        CheckpointWriter writer = new();
        foreach (SmallTensor tensor in new SmallModel().Tensors)
            writer.Add(SmallModel.CheckpointName(tensor.Name), tensor);
        writer.Add("beta1_power", new("", "F32", [], new byte[4]));
        // TensorFlow's optimizers name what they keep of a variable after it.
        writer.Add("model/wte/Adam", new("", "F32", [1], new byte[4]));
        writer.Add("model/h0/ln_1/g/Adam_1", new("", "F32", [1], new byte[4]));
        File.WriteAllBytes(_directory.File("model.ckpt.index"), writer.Index());

        using IWeightSource source = WeightSource.Open(_directory.Path);

        Assert.Equal(["left unread: beta1_power, model/h0/ln_1/g/Adam_1, model/wte/Adam"], source.Notes);
    }

    [Theory]
    [InlineData("""{"n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 2}""", "hparams.json: n_vocab is missing")]
    [InlineData(
        """{"n_vocab": 5, "n_ctx": 3, "n_embd": 4, "n_head": 3, "n_layer": 2}""",
        "hparams.json: n_head: expected a divisor of n_embd = 4, found 3")]
    [InlineData(
        """{"n_vocab": 0, "n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 2}""", "hparams.json: n_vocab: expected 1 to 16777216, found 0")]
    [InlineData(
        """{"n_vocab": 6, "n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 2}""",
        "model/wte: expected [6, 4], found [5, 4] in model.ckpt.index")]
    [InlineData(
        """{"n_vocab": 5, "n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 3}""",
        "model/h2/ln_1/g: expected [4], not found in model.ckpt.index")]
    [InlineData(
        """{"n_vocab": 5, "n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 1}""",
        "model/h1/attn/c_attn/b: found in model.ckpt.index, but a GPT-2 of 1 layers has no such tensor")]
    public void Open_HparamsThatDoNotFit_SaysExpectedAndFound(string hparams, string message)
    {
        new SmallModel().WriteCheckpointTo(_directory);
        File.WriteAllText(_directory.File("hparams.json"), hparams);

        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message);
    }
}
