using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.HuggingFace;

/// <summary>
/// Reads <c>config.json</c> as transformers' <c>GPT2Config</c> does: the same fields, other names and defaults. What changes the
/// results and is not supported is refused by name and value; what concerns training only is passed over.
/// </summary>
internal static class HuggingFaceConfiguration
{
    /// <summary>The file's name.</summary>
    public const string FileName = "config.json";

    /// <summary>No configuration comes near this; a file that does is not read into memory.</summary>
    public const int LargestFile = 1 << 20;

    /// <summary>GPT2Config's default, which counts where the file has no eos_token_id.</summary>
    private const int DefaultEndOfText = 50256;

    /// <summary>
    /// Reads the file. <see cref="GptConfiguration.TiedEmbeddings"/> is what the file says; the weights have the last word.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not such a configuration, or asks for what is not supported.</exception>
    public static GptConfiguration Read(string path, List<string> notes) => Parse(RegularFile.ReadAllBytes(path, LargestFile), notes);

    /// <summary>Reads the content of the file.</summary>
    /// <exception cref="InvalidDataException">It is not such a configuration, or asks for what is not supported.</exception>
    public static GptConfiguration Parse(ReadOnlySpan<byte> utf8, List<string> notes)
    {
        Dictionary<string, int> extents = [];
        double epsilon = 1e-5;
        bool scale = true, scaleByLayer = false, tied = true;
        int? endOfText = DefaultEndOfText;

        JsonCursor json = new(utf8, FileName);
        HashSet<string> seen = new(StringComparer.Ordinal);
        json.Begin();
        json.EnterObject("the file");
        while (json.NextProperty(out string? field))
        {
            if (!seen.Add(field))
                throw json.Duplicate(field);
            switch (field)
            {
                case "vocab_size" or "n_positions" or "n_ctx" or "n_embd" or "n_layer" or "n_head":
                case "hidden_size" or "max_position_embeddings" or "num_attention_heads" or "num_hidden_layers":
                    extents.Add(field, ConfigurationLimits.Extent(FileName, field, json.Integer(field)));
                    break;
                case "n_inner" when json.IsNull:
                    break;
                case "n_inner":
                    extents.Add(field, ConfigurationLimits.Extent(FileName, field, json.Integer(field)));
                    break;
                case "layer_norm_epsilon":
                    epsilon = json.Number(field);
                    if (epsilon <= 0)
                        throw json.Unexpected(field, "a number above 0");
                    break;
                case "scale_attn_weights":
                    scale = json.Boolean(field);
                    break;
                case "scale_attn_by_inverse_layer_idx":
                    scaleByLayer = json.Boolean(field);
                    break;
                case "tie_word_embeddings":
                    tied = json.Boolean(field);
                    break;
                case "eos_token_id":
                    endOfText = EndOfText(ref json, field, notes);
                    break;
                case "activation_function":
                    Require(ref json, field, "gelu_new");
                    break;
                case "model_type":
                    Require(ref json, field, "gpt2");
                    break;
                case "add_cross_attention":
                    if (json.Boolean(field))
                        throw json.Unexpected(field, "false, since cross-attention is not supported");
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        json.End();

        int Extent(string name, string otherName, int defaultValue) =>
            (extents.TryGetValue(name, out int first), extents.TryGetValue(otherName, out int second)) switch
            {
                (true, true) when first != second =>
                    throw new InvalidDataException($"{FileName}: {name} and {otherName} are the same number, found {first} and {second}"),
                (true, _) => first,
                (_, true) => second,
                _ => defaultValue,
            };

        int width = Extent("n_embd", "hidden_size", 768);
        int heads = Extent("n_head", "num_attention_heads", 12);
        int vocabulary = extents.GetValueOrDefault("vocab_size", 50257);
        ConfigurationLimits.CheckHeads(FileName, width, heads);
        return new()
        {
            VocabularySize = vocabulary,
            // n_ctx was the size of the mask in old versions of transformers, and counts only where nothing else is said.
            ContextLength = Extent("n_positions", "max_position_embeddings", extents.GetValueOrDefault("n_ctx", 1024)),
            Width = width,
            HeadCount = heads,
            LayerCount = Extent("n_layer", "num_hidden_layers", 12),
            InnerSize = extents.TryGetValue("n_inner", out int inner)
                ? inner
                : ConfigurationLimits.Extent(FileName, "4 x n_embd", 4L * width),
            LayerNormEpsilon = epsilon,
            ScaleAttention = scale,
            ScaleAttentionByInverseLayer = scaleByLayer,
            TiedEmbeddings = tied,
            // An id that the vocabulary does not have never comes up; small models often keep GPT-2's.
            EndOfText = endOfText is int id && id < vocabulary ? id : null,
        };
    }

    private static int? EndOfText(ref JsonCursor json, string field, List<string> notes)
    {
        if (!json.IsArray)
            return OptionalId(ref json, field);
        int? first = null;
        int count = 0;
        json.EnterArray(field);
        while (json.NextElement())
        {
            int? id = OptionalId(ref json, field);
            if (count++ == 0)
                first = id;
        }

        if (count > 1)
            notes.Add($"{FileName}: {field} has {count} ids; only the first, {first?.ToString() ?? "null"}, ends a text");
        return first;
    }

    private static int? OptionalId(ref JsonCursor json, string field)
    {
        if (json.IsNull)
            return null;
        long id = json.Integer(field);
        return id is >= 0 and <= int.MaxValue ? (int)id : null;
    }

    private static void Require(ref JsonCursor json, string field, string supported)
    {
        if (json.String(field) != supported)
            throw json.Unexpected(field, $"\"{supported}\", the only one supported");
    }
}
