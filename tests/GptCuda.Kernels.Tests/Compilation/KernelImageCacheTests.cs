using System.Diagnostics;
using GptCuda.Kernels.Compilation;

namespace GptCuda.Kernels.Tests.Compilation;

public sealed class KernelImageCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"gptcuda-cache-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(1025)]
    public void Written_IsRead(int length)
    {
        var cache = new KernelImageCache(_folder);
        byte[] image = CacheWorker.Image("key", length);
        Assert.False(cache.TryRead("key", out _));

        Assert.True(cache.TryWrite("key", image));

        Assert.True(new KernelImageCache(_folder).TryRead("key", out byte[]? read));
        Assert.Equal(image, read);
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(131)]
    public void Truncated_CountsAsAbsentAndIsRemoved(int length)
    {
        var cache = new KernelImageCache(_folder);
        cache.TryWrite("key", CacheWorker.Image("key", 100));
        string file = Assert.Single(Directory.GetFiles(_folder));
        using (FileStream stream = File.OpenWrite(file)) stream.SetLength(length);

        Assert.False(cache.TryRead("key", out byte[]? image));
        Assert.Null(image);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(131)]
    public void OneBitChanged_CountsAsAbsent(int position)
    {
        var cache = new KernelImageCache(_folder);
        cache.TryWrite("key", CacheWorker.Image("key", 100));
        string file = Assert.Single(Directory.GetFiles(_folder));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[position] ^= 1;
        File.WriteAllBytes(file, bytes);

        Assert.False(cache.TryRead("key", out _));
    }

    [Fact]
    public void Bound_Passed_RemovesWhatWasUnusedForLongest()
    {
        var cache = new KernelImageCache(_folder, mostBytes: 3 * 132);
        foreach (string key in (string[])["a", "b", "c"]) cache.TryWrite(key, CacheWorker.Image(key, 100));
        var now = DateTime.UtcNow;
        foreach ((string key, int minutes) in new[] { ("a", 30), ("b", 20), ("c", 10) })
            File.SetLastWriteTimeUtc(Path.Combine(_folder, key + ".kernel"), now.AddMinutes(-minutes));
        Assert.True(cache.TryRead("a", out _));

        cache.TryWrite("d", CacheWorker.Image("d", 100));

        Assert.Equal(["a.kernel", "c.kernel", "d.kernel"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void LeftByAKilledProcess_GoesAfterAnHour()
    {
        var cache = new KernelImageCache(_folder);
        Directory.CreateDirectory(_folder);
        string old = Path.Combine(_folder, "old.tmp"), young = Path.Combine(_folder, "young.tmp");
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));

        cache.TryWrite("key", [1]);

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Unwritable_IsNoFailure()
    {
        File.WriteAllText(_folder, "a file where the folder should be");
        var cache = new KernelImageCache(_folder);

        Assert.False(cache.TryWrite("key", [1]));
        Assert.False(cache.TryRead("key", out _));
        File.Delete(_folder);
    }

    [Fact]
    public async Task EightProcesses_WritingReadingAndTrimming_NeverSeeATornEntry()
    {
        Process[] workers = [.. Enumerable.Range(0, 8).Select(seed => CacheWorker.Start(_folder, seed))];

        string[] outputs = await Task.WhenAll(workers.Select(worker => worker.StandardOutput.ReadToEndAsync()));

        int hits = 0;
        for (int i = 0; i < workers.Length; i++)
        {
            await workers[i].WaitForExitAsync();
            Assert.True(workers[i].ExitCode == 0, outputs[i]);
            hits += int.Parse(outputs[i]);
            workers[i].Dispose();
        }
        // Each of them reads what others wrote as well.
        Assert.True(hits > 100, $"{hits} hits");
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
        Assert.True(new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length) <= CacheWorker.MostBytes);
    }
}
