using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>
/// Reads <c>hparams.json</c>, with the defaults of OpenAI's <c>default_hparams</c> (gpt-2/src/model.py) for what it leaves out; only
/// n_vocab has none. Everything else about the model is fixed in that code.
/// </summary>
internal static class OpenAIConfiguration
{
    /// <summary>The file's name.</summary>
    public const string FileName = "hparams.json";

    /// <summary>The original has 90 bytes.</summary>
    private const int LargestFile = 1 << 20;

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">The file is not such a configuration.</exception>
    public static GptConfiguration Read(string path) => Parse(RegularFile.ReadAllBytes(path, LargestFile));

    /// <summary>Reads the content of the file.</summary>
    /// <exception cref="InvalidDataException">It is not such a configuration.</exception>
    public static GptConfiguration Parse(ReadOnlySpan<byte> utf8)
    {
        int? vocabulary = null;
        int context = 1024, width = 768, heads = 12, layers = 12;

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
                case "n_vocab":
                    vocabulary = Extent(ref json, field);
                    break;
                case "n_ctx":
                    context = Extent(ref json, field);
                    break;
                case "n_embd":
                    width = Extent(ref json, field);
                    break;
                case "n_head":
                    heads = Extent(ref json, field);
                    break;
                case "n_layer":
                    layers = Extent(ref json, field);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        json.End();
        ConfigurationLimits.CheckHeads(FileName, width, heads);
        int rows = vocabulary ?? throw new InvalidDataException($"{FileName}: n_vocab is missing");
        return new()
        {
            VocabularySize = rows,
            ContextLength = context,
            Width = width,
            HeadCount = heads,
            LayerCount = layers,
            InnerSize = ConfigurationLimits.Extent(FileName, "4 x n_embd", 4L * width),
            // <|endoftext|> is the last entry of encoder.json; hparams.json does not name it.
            EndOfText = rows - 1,
        };
    }

    private static int Extent(ref JsonCursor json, string field) => ConfigurationLimits.Extent(FileName, field, json.Integer(field));
}
