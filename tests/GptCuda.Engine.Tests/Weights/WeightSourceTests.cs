using System.Diagnostics;
using System.Net.Sockets;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>Recognising layouts, and what may stand where a layout names a file.</summary>
public sealed class WeightSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Every file of both layouts that is read.</summary>
    public static TheoryData<string> LayoutFiles =>
        ["config.json", "model.safetensors", "model.safetensors.index.json", "model-00010.safetensors", "hparams.json", "model.ckpt.index", "model.ckpt.data-00000-of-00001"];

    [Fact]
    public void Open_NoSuchDirectory_SaysSo()
    {
        string location = _directory.File("absent");
        Assert.Equal(
            $"{location}: no such directory", Assert.Throws<DirectoryNotFoundException>(() => WeightSource.Open(location)).Message);
        Assert.Throws<DirectoryNotFoundException>(() => WeightSource.Open(""));
    }

    [Fact]
    public void Open_FileInPlaceOfADirectory_SaysSo()
    {
        File.WriteAllText(_directory.File("model.safetensors"), "");
        Assert.EndsWith(
            ": expected a directory with a model's files, found a file",
            Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.File("model.safetensors"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "found none of them")]
    [InlineData("config.json", "found only config.json")]
    [InlineData("model.safetensors", "found only model.safetensors")]
    [InlineData("config.json hparams.json", "found only config.json, hparams.json")]
    [InlineData("config.json pytorch_model.bin", "found only config.json; pytorch_model.bin is not read: save the model as safetensors")]
    public void Open_NoLayout_SaysWhatWasLookedForAndFound(string files, string found)
    {
        foreach (string file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            File.WriteAllText(_directory.File(file), "{}");

        string message = Assert.Throws<FileNotFoundException>(() => WeightSource.Open(_directory.Path)).Message;

        Assert.Equal(
            $"{_directory.Path}: expected config.json with model.safetensors or model.safetensors.index.json (Hugging Face), "
            + $"or hparams.json with model.ckpt.index (OpenAI), {found}",
            message);
    }

    [Fact]
    public void Open_BothSingleFileAndShards_TakesTheSingleFile()
    {
        new SmallModel().WriteTo(_directory);
        File.WriteAllText(_directory.File("model.safetensors.index.json"), "no index at all");

        WeightSource.Open(_directory.Path).Dispose();
    }

    [SkippableFact]
    public void Open_FilesThatTheLayoutDoesNotName_AreNotTouched()
    {
        new SmallModel().WriteTo(_directory);
        MakePipe(_directory.File("generation_config.json"));
        MakePipe(_directory.File("model.safetensors.index.json"));
        MakePipe(_directory.File("hparams.json"));
        MakePipe(_directory.File("model.ckpt.index"));
        MakePipe(_directory.File("checkpoint"));

        Within10Seconds(() => WeightSource.Open(_directory.Path).Dispose());
    }

    [Fact]
    public void Open_LinksToFilesElsewhere_AreFollowed()
    {
        // As in the cache of huggingface_hub, where a snapshot's files are links to blobs two folders up.
        using TemporaryDirectory blobs = new();
        new SmallModel().WriteTo(blobs);
        foreach (string file in new[] { "config.json", "model.safetensors" })
            File.CreateSymbolicLink(_directory.File(file), blobs.File(file));

        WeightSource.Open(_directory.Path).Dispose();
    }

    [Theory]
    [MemberData(nameof(LayoutFiles))]
    public void Open_DirectoryInPlaceOfAFile_IsRefused(string file) =>
        AssertRefused(file, "directory", path => Directory.CreateDirectory(path));

    [SkippableTheory]
    [MemberData(nameof(LayoutFiles))]
    public void Open_PipeInPlaceOfAFile_IsRefusedWithoutWaiting(string file) => AssertRefused(file, "pipe", MakePipe);

    [SkippableTheory]
    [MemberData(nameof(LayoutFiles))]
    public void Open_DeviceInPlaceOfAFile_IsRefused(string file)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no device files");
        AssertRefused(file, "device", path => File.CreateSymbolicLink(path, "/dev/zero"));
    }

    [SkippableFact]
    public void Open_SocketInPlaceOfAFile_IsRefused()
    {
        Skip.If(OperatingSystem.IsWindows(), "sockets are no files there");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        AssertRefused("model.safetensors", "socket", path => socket.Bind(new UnixDomainSocketEndPoint(path)));
    }

    [Fact]
    public void Open_LinkToItself_IsAnInputOutputError()
    {
        new SmallModel().WriteTo(_directory);
        File.Delete(_directory.File("model.safetensors"));
        File.CreateSymbolicLink(_directory.File("model.safetensors"), "model.safetensors");

        Assert.ThrowsAny<IOException>(() => WeightSource.Open(_directory.Path));
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("sub/inside.safetensors")]
    [InlineData("..\\outside.safetensors")]
    [InlineData("/outside.safetensors")]
    [InlineData("C:outside.safetensors")]
    [InlineData("C:\\outside.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData(".safetensors")]
    [InlineData("config.json")]
    [InlineData("outside\0.safetensors")]
    public void Open_ShardOutOfTheFolder_IsRefused(string shard)
    {
        Dictionary<string, string> map = new SmallModel().WriteShardsTo(_directory);
        map["wte.weight"] = shard;
        SmallModel.WriteIndex(_directory, map);

        string message = Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message;

        Assert.StartsWith(
            "model.safetensors.index.json: wte.weight: expected the name of a .safetensors file in the same folder, found \"",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ShardMissing_NamesIt()
    {
        new SmallModel().WriteShardsTo(_directory);
        File.Delete(_directory.File("model-00010.safetensors"));

        Assert.Equal(
            $"{_directory.File("model-00010.safetensors")}: no such file",
            Assert.Throws<FileNotFoundException>(() => WeightSource.Open(_directory.Path)).Message);
    }

    [Fact]
    public void Open_IndexThatContradictsItsShards_IsRefused()
    {
        Dictionary<string, string> map = new SmallModel().WriteShardsTo(_directory);
        map["wte.weight"] = "model-00010.safetensors";
        SmallModel.WriteIndex(_directory, map);
        Assert.Equal(
            "wte.weight: model.safetensors.index.json says it is in model-00010.safetensors, which does not have it",
            Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message);

        map.Remove("wte.weight");
        SmallModel.WriteIndex(_directory, map);
        Assert.Equal(
            "wte.weight: found in model-00000.safetensors, where model.safetensors.index.json does not have it",
            Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message);
    }

    [Theory]
    [InlineData("{}", "weight_map is missing")]
    [InlineData("""{"weight_map": []}""", "weight_map: expected an object, found an array at byte 15")]
    [InlineData("""{"weight_map": {"a": 1}}""", "a: expected a string, found 1 at byte 21")]
    [InlineData("""{"weight_map": {}, "weight_map": {}}""", "weight_map appears twice, the second time before byte 33")]
    [InlineData("""{"weight_map": {"a": "b.safetensors", "a": "b.safetensors"}}""", "a appears twice, the second time before byte 43")]
    public void Open_IndexThatIsNone_SaysWhatIsWrong(string index, string message)
    {
        new SmallModel().WriteShardsTo(_directory);
        File.WriteAllText(_directory.File("model.safetensors.index.json"), index);

        Assert.Equal(
            $"model.safetensors.index.json: {message}",
            Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("hparams.json")]
    [InlineData("model.ckpt.index")]
    public void Open_HugeSparseFile_IsRefusedWithoutReadingIt(string file)
    {
        Write(file);
        using (FileStream stream = File.OpenWrite(_directory.File(file)))
            stream.SetLength(1L << 40);

        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message;

        Assert.Matches($"^{file}: expected at most [0-9]+ bytes, found 1099511627776$", message);
        // What of the layout is read before is a few kilobytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 10);
    }

    private void AssertRefused(string file, string found, Action<string> replace)
    {
        Write(file);
        File.Delete(_directory.File(file));
        replace(_directory.File(file));

        string message = Within10Seconds(() => Assert.Throws<InvalidDataException>(() => WeightSource.Open(_directory.Path)).Message);

        Assert.Equal($"{_directory.File(file)}: expected a file, found a {found}", message);
    }

    /// <summary>Writes the layout that has the file.</summary>
    private void Write(string file)
    {
        if (file is "hparams.json" || file.StartsWith("model.ckpt", StringComparison.Ordinal))
            new SmallModel().WriteCheckpointTo(_directory);
        else if (file is "model.safetensors.index.json" or "model-00010.safetensors")
            new SmallModel().WriteShardsTo(_directory);
        else
            new SmallModel().WriteTo(_directory);
    }

    private static void MakePipe(string path)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no pipes in folders");
        using Process process = Process.Start("mkfifo", path);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Within10Seconds(Action action) => Within10Seconds(() =>
    {
        action();
        return true;
    });

    /// <summary>Fails where opening waits for a writer that never comes.</summary>
    private static T Within10Seconds<T>(Func<T> function)
    {
        Task<T> task = Task.Run(function);
        Assert.True(task.Wait(TimeSpan.FromSeconds(10)), "still waiting after ten seconds");
        return task.Result;
    }
}
