using System.Text.Json;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda devices</c>, which succeeds on any machine.</summary>
public sealed class DevicesTests
{
    [Fact]
    public void Json_TellsEveryLibraryAndDevice()
    {
        CliResult result = Shell.Run("devices", "--json").Succeeded();
        using JsonDocument line = JsonDocument.Parse(Assert.Single(result.Lines));
        foreach (string library in (string[])["driver", "nvrtc", "cublas"])
        {
            JsonElement found = line.RootElement.GetProperty(library);
            // Either it has a version or it says why not.
            Assert.NotEqual(
                found.GetProperty("version").ValueKind == JsonValueKind.Null,
                found.GetProperty("problem").ValueKind == JsonValueKind.Null);
        }
        Assert.Equal(JsonValueKind.Array, line.RootElement.GetProperty("notices").ValueKind);
        foreach (JsonElement device in line.RootElement.GetProperty("devices").EnumerateArray())
        {
            Assert.NotEmpty(device.GetProperty("name").GetString()!);
            Assert.True(device.GetProperty("memory_bytes").GetInt64() > 0);
            Assert.True(device.GetProperty("multiprocessors").GetInt32() > 0);
        }
    }

    [Fact]
    public void Table_TellsTheSame()
    {
        CliResult json = Shell.Run("devices", "--json").Succeeded();
        using JsonDocument line = JsonDocument.Parse(Assert.Single(json.Lines));
        string table = Shell.Run("devices").Succeeded().Output;
        foreach (string word in (string[])["driver", "NVRTC", "cuBLAS"])
            Assert.Contains(word, table, StringComparison.Ordinal);
        JsonElement[] devices = [.. line.RootElement.GetProperty("devices").EnumerateArray()];
        if (devices.Length == 0)
            Assert.Contains("No GPU.", table, StringComparison.Ordinal);
        Assert.All(devices, device => Assert.Contains(device.GetProperty("name").GetString()!, table, StringComparison.Ordinal));
        if (line.RootElement.GetProperty("driver").GetProperty("problem").GetString() is { } problem)
            Assert.Contains(problem, table.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
