using System.Buffers.Binary;
using System.Text.Json;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests.Running;

/// <summary>The shipped model with one tensor of another content.</summary>
internal static class AlteredModel
{
    /// <summary>Copies the model and fills a tensor.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="tensor">The tensor's name, without the prefix that the file may have.</param>
    /// <param name="value">What every element becomes; the file stores F16.</param>
    /// <returns>The folder.</returns>
    public static string Write(string folder, string tensor, Half value)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Repository.TinyModel))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        string path = Path.Combine(folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using JsonDocument document = JsonDocument.Parse(bytes.AsMemory(8, header));
        JsonElement entry = document.RootElement.EnumerateObject().Single(
            property => property.Name.EndsWith(tensor, StringComparison.Ordinal)).Value;
        Assert.Equal("F16", entry.GetProperty("dtype").GetString());
        int[] offsets = entry.GetProperty("data_offsets").Deserialize<int[]>()!;
        for (int offset = offsets[0]; offset < offsets[1]; offset += 2)
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(8 + header + offset), value);
        File.WriteAllBytes(path, bytes);
        return folder;
    }
}
