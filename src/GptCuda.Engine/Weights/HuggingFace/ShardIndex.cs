using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.HuggingFace;

/// <summary>Reads <c>model.safetensors.index.json</c>, which says in which file of the same folder each tensor is.</summary>
internal static class ShardIndex
{
    /// <summary>The file's name.</summary>
    public const string FileName = "model.safetensors.index.json";

    private const string Extension = ".safetensors";

    /// <summary>Six hundred tensors take 60 KB; a file near this limit is none of GPT-2's.</summary>
    private const int LargestFile = 16 << 20;

    /// <summary>Reads the file: the name of its shard by the name of each tensor.</summary>
    /// <exception cref="InvalidDataException">The file is not such an index, or names a file outside its folder.</exception>
    public static Dictionary<string, string> Read(string path) => Parse(RegularFile.ReadAllBytes(path, LargestFile));

    /// <summary>Reads the content of the file.</summary>
    /// <exception cref="InvalidDataException">It is not such an index, or names a file outside its folder.</exception>
    public static Dictionary<string, string> Parse(ReadOnlySpan<byte> utf8)
    {
        Dictionary<string, string>? shards = null;
        JsonCursor json = new(utf8, FileName);
        json.Begin();
        json.EnterObject("the file");
        while (json.NextProperty(out string? field))
        {
            if (field != "weight_map")
            {
                json.Skip();
                continue;
            }

            if (shards is not null)
                throw json.Duplicate(field);
            shards = new(StringComparer.Ordinal);
            json.EnterObject(field);
            while (json.NextProperty(out string? tensor))
            {
                string shard = json.String(tensor);
                if (!IsPlainName(shard))
                    throw json.Unexpected(tensor, $"the name of a {Extension} file in the same folder");
                if (!shards.TryAdd(tensor, shard))
                    throw json.Duplicate(tensor);
            }
        }

        json.End();
        return shards ?? throw new InvalidDataException($"{FileName}: weight_map is missing");
    }

    /// <summary>
    /// A name that stays in the folder on every system: no separators of either kind, no drive or stream after a colon, nothing
    /// that a C string would cut, and not so long that it could not exist.
    /// </summary>
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name.EndsWith(Extension, StringComparison.Ordinal) && name.Length > Extension.Length
        && name.AsSpan().IndexOfAny("/\\:") < 0 && !name.Any(char.IsControl);
}
