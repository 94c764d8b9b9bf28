namespace GptCuda.Engine.Tests.Generation;

public sealed class ModelDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gptcuda-models-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("124M")]
    [InlineData("openai-community/gpt2")]
    [InlineData("a_b.c-d/X9")]
    public void Resolve_NameBelowTheFolder_IsFound(string name)
    {
        string expected = Path.Combine([_root, .. name.Split('/')]);
        Directory.CreateDirectory(expected);

        Assert.Equal(expected, ModelDirectory.Resolve(name, _root));
        Assert.Equal(expected, ModelDirectory.PathOf(name, _root));
    }

    [Theory]
    [InlineData("124M")]
    [InlineData("openai-community/gpt2")]
    public void Resolve_AbsentName_NamesTheDownload(string name)
    {
        var exception = Assert.Throws<DirectoryNotFoundException>(() => ModelDirectory.Resolve(name, _root));

        Assert.Contains(_root, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith($"gptcuda download {name}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tinyy")]
    [InlineData("124m")]
    public void Resolve_AbsentNameThatNobodyServes_SaysWhatCanBeDownloaded(string name)
    {
        var exception = Assert.Throws<DirectoryNotFoundException>(() => ModelDirectory.Resolve(name, _root));

        Assert.DoesNotContain($"gptcuda download {name}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("124M, 355M, 774M, 1558M", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_FolderByPath_IsItself() => Assert.Equal(_root, ModelDirectory.Resolve(_root, "/nowhere"));

    [Fact]
    public void Resolve_File_SaysSo()
    {
        string file = Path.Combine(_root, "model.safetensors");
        File.WriteAllText(file, "");

        Assert.Contains(
            "is a file", Assert.Throws<DirectoryNotFoundException>(() => ModelDirectory.Resolve(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../124M")]
    [InlineData("a/../b")]
    [InlineData("/etc/none")]
    [InlineData("a/b/c")]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("")]
    public void PathOf_NoName_IsRefused(string name)
    {
        Assert.False(ModelDirectory.IsName(name));
        Assert.Throws<ArgumentException>(() => ModelDirectory.PathOf(name, _root));
    }

    [Fact]
    public void Resolve_PathThatIsNoName_DoesNotOfferADownload()
    {
        var exception = Assert.Throws<DirectoryNotFoundException>(() => ModelDirectory.Resolve("../no/such/model", _root));

        Assert.DoesNotContain("download", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_FolderGiven_WinsOverTheEnvironment() => Assert.Equal("given", ModelDirectory.Root("given"));

    [Theory]
    [InlineData("auto", true)]
    [InlineData("cpu", true)]
    [InlineData("cuda", true)]
    [InlineData("cuda:3", true)]
    [InlineData("cuda:", false)]
    [InlineData("cuda:-1", false)]
    [InlineData("cuda:99999999999", false)]
    [InlineData("CPU", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void DeviceSelection_Text_IsReadOrRefused(string? text, bool valid)
    {
        Assert.Equal(valid, DeviceSelection.TryParse(text, out var device));
        if (valid)
            Assert.Equal(text == "cuda" ? "cuda:0" : text, device.ToString());
        else
            Assert.Equal(DeviceSelection.Auto, device);
    }
}
