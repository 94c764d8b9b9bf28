using System.Text.Json;
using GptCuda.Tests;

namespace GptCuda.Kernels.Tests.Native;

/// <summary>CUDA 13.0's binary interface, as its own headers and libraries give it (tests/data/abi).</summary>
internal sealed class AbiFacts
{
    private readonly JsonElement _root;
    private readonly HashSet<string> _exports;

    private AbiFacts(string file)
    {
        _root = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("abi", file))).RootElement;
        _exports = [.. _root.GetProperty("exports").EnumerateArray().Select(name => name.GetString()!)];
    }

    public static AbiFacts Cuda { get; } = new("cuda.json");

    public static AbiFacts Nvrtc { get; } = new("nvrtc.json");

    public static AbiFacts Cublas { get; } = new("cublas.json");

    public bool Exports(string name) => _exports.Contains(name);

    /// <summary>
    /// How each parameter of a function is passed: pointer, or i, u or f with the width in bits; null where there is no entry.
    /// </summary>
    public string[]? Parameters(string function) => _root.GetProperty("functions").TryGetProperty(function, out JsonElement parameters)
        ? [.. parameters.EnumerateArray().Select(parameter => parameter[2].GetString()!)]
        : null;

    public Dictionary<string, long>? Constants(string enumeration) =>
        _root.GetProperty("enums").TryGetProperty(enumeration, out JsonElement constants)
            ? constants.EnumerateObject().ToDictionary(constant => constant.Name, constant => constant.Value.GetInt64())
            : null;

    /// <summary>Size of a struct and the offset and size of each field; null where there is no entry.</summary>
    public (int Bytes, Dictionary<string, (int Offset, int Bytes)> Fields)? Struct(string name)
    {
        if (!_root.GetProperty("structs").TryGetProperty(name, out JsonElement entry)) return null;
        var fields = entry.GetProperty("fields").EnumerateArray()
            .ToDictionary(field => field[0].GetString()!, field => (field[2].GetInt32(), field[3].GetInt32()));
        return (entry.GetProperty("bytes").GetInt32(), fields);
    }

    /// <summary>The CUDA version that brought this form of a function; null where that is not known.</summary>
    public int? Since(string export)
    {
        int form = 1;
        string name = export;
        if (export.Length > 3 && export[^3..^1] == "_v")
        {
            form = export[^1] - '0';
            name = export[..^3];
        }
        return _root.TryGetProperty("since", out JsonElement since) && since.TryGetProperty(name, out JsonElement versions)
            ? versions[form - 1].GetInt32()
            : null;
    }
}
