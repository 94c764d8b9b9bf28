using System.Text;
using System.Text.Json;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>
/// A model of two layers, width 4, inner size 16, 2 heads, context 3 and 5 tokens, written in every layout by code of the tests'
/// own. Names and shapes are spelled out here rather than taken from the engine.
/// </summary>
internal sealed class SmallModel
{
    private static readonly (string Name, long[] Shape)[] BlockTensors =
    [
        ("ln_1.weight", [4]), ("ln_1.bias", [4]), ("attn.c_attn.weight", [4, 12]), ("attn.c_attn.bias", [12]),
        ("attn.c_proj.weight", [4, 4]), ("attn.c_proj.bias", [4]), ("ln_2.weight", [4]), ("ln_2.bias", [4]),
        ("mlp.c_fc.weight", [4, 16]), ("mlp.c_fc.bias", [16]), ("mlp.c_proj.weight", [16, 4]), ("mlp.c_proj.bias", [4]),
    ];

    public const string DefaultConfiguration =
        """{"model_type": "gpt2", "n_layer": 2, "n_head": 2, "n_embd": 4, "n_positions": 3, "vocab_size": 5, "eos_token_id": 4}""";

    public const string DefaultHparams = """{"n_vocab": 5, "n_ctx": 3, "n_embd": 4, "n_head": 2, "n_layer": 2}""";

    public SmallModel(string type = "F32", string prefix = "")
    {
        Tensors =
            [.. Names().Select(tensor => SmallTensor.Encode(prefix + tensor.Name, type, tensor.Shape, Values(tensor.Name, tensor.Shape)))];
    }

    public string Configuration { get; set; } = DefaultConfiguration;

    public List<SmallTensor> Tensors { get; }

    /// <summary>The tensors in the order that sources promise.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Names() =>
    [
        ("wte.weight", [5, 4]), ("wpe.weight", [3, 4]),
        .. Enumerable.Range(0, 2).SelectMany(layer => BlockTensors.Select(tensor => ($"h.{layer}.{tensor.Name}", tensor.Shape))),
        ("ln_f.weight", [4]), ("ln_f.bias", [4]),
    ];

    /// <summary>Values of a tensor: eighths up to 6, which f32, bf16 and f16 hold exactly, different for each name.</summary>
    public static float[] Values(string name, long[] shape)
    {
        int start = Encoding.ASCII.GetBytes(name).Aggregate(0, (sum, letter) => sum * 31 % 9973 + letter);
        return [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => ((start + 7 * i) % 97 - 48) / 8f)];
    }

    public SmallTensor this[string name]
    {
        get => Tensors.Single(tensor => tensor.Name == name);
        set => Tensors[Tensors.FindIndex(tensor => tensor.Name == name)] = value;
    }

    /// <summary>Writes config.json and model.safetensors.</summary>
    public SmallModel WriteTo(TemporaryDirectory directory)
    {
        File.WriteAllText(directory.File("config.json"), Configuration);
        File.WriteAllBytes(directory.File("model.safetensors"), Safetensors(Tensors));
        return this;
    }

    /// <summary>Writes config.json, shards of some tensors each, and their index; gives the index's map.</summary>
    public Dictionary<string, string> WriteShardsTo(TemporaryDirectory directory, int tensorsPerShard = 10)
    {
        File.WriteAllText(directory.File("config.json"), Configuration);
        Dictionary<string, string> map = [];
        foreach (SmallTensor[] shard in Tensors.Chunk(tensorsPerShard))
        {
            string name = $"model-{map.Count:D5}.safetensors";
            File.WriteAllBytes(directory.File(name), Safetensors(shard));
            foreach (SmallTensor tensor in shard)
                map.Add(tensor.Name, name);
        }

        WriteIndex(directory, map);
        return map;
    }

    public static void WriteIndex(TemporaryDirectory directory, Dictionary<string, string> map) =>
        File.WriteAllText(
            directory.File("model.safetensors.index.json"),
            JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));

    /// <summary>Writes hparams.json, model.ckpt.index and the data files.</summary>
    public SmallModel WriteCheckpointTo(TemporaryDirectory directory, int shards = 1)
    {
        File.WriteAllText(directory.File("hparams.json"), DefaultHparams);
        CheckpointWriter writer = new(shards);
        foreach (SmallTensor tensor in Tensors)
            writer.Add(CheckpointName(tensor.Name), tensor);
        File.WriteAllBytes(directory.File("model.ckpt.index"), writer.Index());
        for (int shard = 0; shard < shards; shard++)
            File.WriteAllBytes(directory.File($"model.ckpt.data-{shard:D5}-of-{shards:D5}"), writer.Data(shard));
        return this;
    }

    public static byte[] Safetensors(IEnumerable<SmallTensor> tensors, bool metadata = true)
    {
        Dictionary<string, object> header = [];
        if (metadata)
            header.Add("__metadata__", new { format = "pt" });
        MemoryStream data = new();
        foreach (SmallTensor tensor in tensors)
        {
            header.Add(
                tensor.Name,
                new { dtype = tensor.Type, shape = tensor.Shape, data_offsets = new[] { data.Length, data.Length + tensor.Bytes.Length } });
            data.Write(tensor.Bytes);
        }

        return Safetensors(JsonSerializer.Serialize(header), data.ToArray());
    }

    public static byte[] Safetensors(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
    }

    public static string CheckpointName(string name) => "model/" + (name switch
    {
        "wte.weight" or "wpe.weight" => name[..3],
        _ => name.Replace("h.", "h", StringComparison.Ordinal).Replace('.', '/')
            .Replace("/bias", "/b", StringComparison.Ordinal)
            .Replace("/weight", name.Contains("ln_", StringComparison.Ordinal) ? "/g" : "/w", StringComparison.Ordinal),
    });
}
