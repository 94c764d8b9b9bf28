using System.Text.Json;
using GptCuda.Tests;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>A library's binary interface, as CUDA 13.0's own headers and libraries give it (tests/data/abi).</summary>
internal sealed class AbiFacts
{
    private readonly JsonElement _root;

    private AbiFacts(string file) =>
        _root = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("abi", file))).RootElement;

    public static AbiFacts Cuda { get; } = new("cuda.json");

    public static AbiFacts Cublas { get; } = new("cublas.json");

    public static AbiFacts Nvrtc { get; } = new("nvrtc.json");

    /// <summary>Every exported name.</summary>
    public HashSet<string> Exports => [.. _root.GetProperty("exports").EnumerateArray().Select(name => name.GetString()!)];

    /// <summary>
    /// How each parameter of a function is passed: pointer, or i, u or f with the width in bits; null where there is no entry.
    /// </summary>
    public string[]? Parameters(string function) => _root.GetProperty("functions").TryGetProperty(function, out JsonElement parameters)
        ? [.. parameters.EnumerateArray().Select(parameter => parameter[2].GetString()!)]
        : null;

    public Dictionary<string, long> Constants(string enumeration) =>
        _root.GetProperty("enums").GetProperty(enumeration).EnumerateObject().ToDictionary(
            constant => constant.Name, constant => constant.Value.GetInt64());

    /// <summary>Size of a struct, and offset and size of each field.</summary>
    public (int Bytes, Dictionary<string, (int Offset, int Bytes)> Fields) Struct(string name)
    {
        JsonElement entry = _root.GetProperty("structs").GetProperty(name);
        return (entry.GetProperty("bytes").GetInt32(), entry.GetProperty("fields").EnumerateArray()
            .ToDictionary(field => field[0].GetString()!, field => (field[2].GetInt32(), field[3].GetInt32())));
    }

    /// <summary>The CUDA versions that brought a function's successive forms.</summary>
    public int[] Since(string baseName) =>
        [.. _root.GetProperty("since").GetProperty(baseName).EnumerateArray().Select(version => version.GetInt32())];
}
