using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace GptCuda.Cli.SelfTest;

/// <summary>What another implementation computed in double precision for a prompt of the shipped model.</summary>
/// <param name="PromptIds">The prompt.</param>
/// <param name="GreedyIds">Its greedy continuation.</param>
/// <param name="GreedyText">The text of that.</param>
/// <param name="SmallestMargin">The least gap between the highest logit and the second on the way.</param>
/// <param name="Logits">Logits after the prompt, [V].</param>
internal sealed record GoldenCase(int[] PromptIds, int[] GreedyIds, string GreedyText, double SmallestMargin, float[] Logits)
{
    /// <summary>The cases in this program.</summary>
    public static IReadOnlyList<GoldenCase> Load()
    {
        byte[] tensors = Resource("golden.safetensors");
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(tensors);
        using JsonDocument names = JsonDocument.Parse(tensors.AsMemory(sizeof(ulong), header));
        using JsonDocument golden = JsonDocument.Parse(Resource("golden.json"));
        return [.. golden.RootElement.GetProperty("cases").EnumerateArray().Select(item => new GoldenCase(
            Ids(item.GetProperty("prompt_ids")),
            Ids(item.GetProperty("greedy_ids")),
            item.GetProperty("greedy_text").GetString()!,
            item.GetProperty("smallest_margin").GetDouble(),
            Tensor(tensors.AsSpan(sizeof(ulong) + header), names.RootElement.GetProperty(item.GetProperty("logits").GetString()!))))];
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    private static float[] Tensor(ReadOnlySpan<byte> data, JsonElement entry)
    {
        int[] offsets = Ids(entry.GetProperty("data_offsets"));
        return MemoryMarshal.Cast<byte, float>(data[offsets[0]..offsets[1]]).ToArray();
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(GoldenCase).Assembly.GetManifestResourceStream($"tiny-golden/{name}")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
