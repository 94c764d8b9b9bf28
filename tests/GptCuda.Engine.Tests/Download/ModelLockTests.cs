using GptCuda.Engine.Download;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Tests.Download;

public sealed class ModelLockTests : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("gptcuda-lock-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "owner", ".model.lock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Take_Held_WaitsAndSaysSoOnce()
    {
        int said = 0;
        Task<ModelLock> second;
        using (await TakeAsync())
        {
            second = ModelLock.TakeAsync(Path, () => said++, Poll, CancellationToken.None);
            // Many looks of the one that waits.
            await Task.Delay(100);
            Assert.False(second.IsCompleted);
        }

        using ModelLock held = await second.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, said);
        Assert.True(File.Exists(Path));
    }

    [Fact]
    public async Task Dispose_Held_RemovesTheFile()
    {
        (await TakeAsync()).Dispose();

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task Take_FileLeftByAKilledProcess_IsTaken()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, "");

        (await TakeAsync()).Dispose();

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task Take_ManyAtOnceWithTheFolderRemovedInBetween_OneAtATimeHasIt()
    {
        int inside = 0, turns = 0;
        async Task TakeTurnsAsync()
        {
            for (int i = 0; i < 100; i++)
            {
                using (await ModelLock.TakeAsync(Path, () => { }, Poll, CancellationToken.None))
                {
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    turns++;
                    Thread.SpinWait(100);
                    Assert.Equal(0, Interlocked.Decrement(ref inside));
                }
                try
                {
                    Directory.Delete(System.IO.Path.GetDirectoryName(Path)!);
                }
                catch (IOException)
                {
                    // Another one's file is in it, or it is gone already.
                }
            }
        }

        // Threads of their own, so that they meet in the middle of each other's calls.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            TakeTurnsAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.Equal(300, turns);
    }

    [Fact]
    public void HasName_FileRemovedWhileItIsOpen_IsFalse()
    {
        // Windows does not remove what is open.
        if (OperatingSystem.IsWindows())
            return;
        string path = System.IO.Path.Combine(_folder, "file");
        using FileStream file = File.Create(path);
        Assert.True(FileKindProbe.HasName(file.SafeFileHandle));
        File.Delete(path);
        Assert.False(FileKindProbe.HasName(file.SafeFileHandle));
        using FileStream other = File.Create(path);
        Assert.False(FileKindProbe.HasName(file.SafeFileHandle));
    }

    [Fact]
    public async Task Take_FolderInWhichNobodyCanMakeFiles_IsAnErrorAndNoEndlessLoop()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await Assert.ThrowsAnyAsync<IOException>(() =>
            ModelLock.TakeAsync("/proc/.model.lock", () => { }, Poll, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Take_CancelledWhileItWaits_EndsAtOnce()
    {
        using ModelLock held = await TakeAsync();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelLock.TakeAsync(Path, () => { }, Poll, stop.Token));
    }

    private Task<ModelLock> TakeAsync() =>
        ModelLock.TakeAsync(
            Path, () => Assert.Fail("nobody else has it"), Poll, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
}
