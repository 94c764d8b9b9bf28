using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda logits</c>.</summary>
public sealed class LogitsTests
{
    private static readonly string Model = Repository.TestData("models", "hf-f32");

    [Fact]
    public void File_OfAllPositions_HasTheGoldenLogits()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("logits.safetensors");
        GoldenCase golden = TinyGolden.Read(Path.Combine(Model, "golden.json"))[2];
        CliResult result = Shell.Run("logits", "--model", Model, "--ids", golden.PromptList, "--all", "--out", file).Succeeded();
        Assert.Empty(result.OutputBytes);
        (int[] shape, float[] logits) = Read(file, "logits");
        Assert.Equal([golden.PromptIds.Length, 503], shape);
        (_, float[] expected) = Read(Path.Combine(Model, "golden.safetensors"), "logits.2");
        // The tolerance of f32 arithmetic: 1e-4 of the largest logit's magnitude.
        float tolerance = 1e-4f * expected.Max(Math.Abs);
        Assert.All(expected.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, tolerance));

        string last = folder.File("last.safetensors");
        Shell.Run("logits", "--model", Model, "--ids", golden.PromptList, "--out", last).Succeeded();
        (int[] lastShape, float[] lastLogits) = Read(last, "logits");
        Assert.Equal([1, 503], lastShape);
        Assert.Equal(logits[^503..], lastLogits);
        // Nothing else is left behind.
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void File_ThatExists_IsReplaced()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("logits", "something old");
        File.CreateSymbolicLink(folder.File("link"), file);
        Shell.Run("logits", "Call me", "--out", folder.File("link")).Succeeded();
        Assert.Equal([1, 4097], Read(file, "logits").Shape);
        Assert.NotNull(new FileInfo(folder.File("link")).LinkTarget);
    }

    [Fact]
    public void Device_IsWrittenToAndNotReplaced()
    {
        Shell.Run("logits", "Call me", "--out", "/dev/null").Succeeded();
        using FileStream device = File.OpenWrite("/dev/null");
        Assert.Equal(0, device.Length);
    }

    [SkippableFact]
    public void PipeBehindALink_IsWrittenTo()
    {
        Skip.If(OperatingSystem.IsWindows(), "/dev/stdout is a link to what standard output is");
        CliResult result = Shell.Run("logits", "Call me", "--out", "/dev/stdout").Succeeded();
        (int[] shape, float[] logits) = Read(result.OutputBytes, "logits");
        Assert.Equal([1, 4097], shape);
        using var folder = new TemporaryFolder();
        Shell.Run("logits", "Call me", "--out", folder.File("logits")).Succeeded();
        Assert.Equal(Read(folder.File("logits"), "logits").Values, logits);
    }

    [Fact]
    public void FolderThatIsMissing_FailsWithItsName()
    {
        using var folder = new TemporaryFolder();
        CliResult missing = Shell.Run("logits", "Call me", "--out", folder.File("missing/logits"));
        missing.Failed(1, folder.File("missing/logits"), $"there is no folder {folder.File("missing")}");
        Assert.DoesNotContain(".tmp", missing.Error, StringComparison.Ordinal);
        Shell.Run("logits", "Call me", "--out", folder.Path).Failed(1, folder.Path, "is a directory");
    }

    [Fact]
    public void FileThatCannotBeMade_FailsWithItsNameAndNoOther()
    {
        // A folder in which nobody, root included, can make files.
        if (!OperatingSystem.IsLinux())
            return;
        CliResult result = Shell.Run("logits", "Call me", "--out", "/proc/logits").Failed(1, "/proc/logits cannot be written: ");
        Assert.DoesNotContain(".tmp", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Out_NotGiven_IsAUsageError() => Shell.Run("logits", "Call me").Failed(2, "--out");

    /// <summary>A tensor of a file, read without the code that wrote it; the header and the length must be as the format says.</summary>
    private static (int[] Shape, float[] Values) Read(string file, string name) => Read(File.ReadAllBytes(file), name);

    private static (int[] Shape, float[] Values) Read(byte[] bytes, string name)
    {
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, header % 8);
        using JsonDocument document = JsonDocument.Parse(bytes.AsMemory(8, header));
        JsonElement tensor = document.RootElement.GetProperty(name);
        Assert.Equal("F32", tensor.GetProperty("dtype").GetString());
        int[] offsets = tensor.GetProperty("data_offsets").Deserialize<int[]>()!;
        int[] shape = tensor.GetProperty("shape").Deserialize<int[]>()!;
        Assert.Equal(4 * shape[0] * shape[1], offsets[1] - offsets[0]);
        if (name == "logits")
            Assert.Equal(bytes.Length, 8 + header + offsets[1]);
        return (shape, MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + header)[offsets[0]..offsets[1]]).ToArray());
    }
}
