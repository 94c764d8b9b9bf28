using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Download;

/// <summary>
/// The right to fetch a model: a locked file beside it, which one process holds at a time, and which is gone when it has finished.
/// </summary>
/// <remarks>
/// Removing a file that others may be about to lock has a trap: one that opened it before it was removed gets a lock on a file
/// without a name, and the next one makes and locks another file of that name. Whoever has the lock therefore looks whether the
/// file still has a name, and begins anew where it has none. A process that is killed leaves the file, unlocked, to the next one.
/// </remarks>
internal sealed class ModelLock : IDisposable
{
    /// <summary>The runtime's words for a file that is locked: Windows's error code, and EWOULDBLOCK of flock(2).</summary>
    private const int SharingViolation = unchecked((int)0x80070020), WouldBlock = 11, WouldBlockOfBsd = 35;

    private const int MostRemovals = 100;

    private readonly FileStream _file;

    private ModelLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, and waits for whoever has it.</summary>
    /// <param name="path">The file; its folder is made where it is absent.</param>
    /// <param name="waits">Called once, where somebody else has it.</param>
    /// <param name="poll">How often to look whether it is free.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="IOException">The folder or the file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be made.</exception>
    public static async Task<ModelLock> TakeAsync(string path, Action waits, TimeSpan poll, CancellationToken cancellation)
    {
        bool said = false;
        for (int denied = 0, gone = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            // Whoever finishes removes the folder too where it is empty: it may be gone again before the file is in it.
            Make(Path.GetDirectoryName(path)!);
            try
            {
                FileStream file = Open(path);
                if (FileKindProbe.HasName(file.SafeFileHandle))
                    return new ModelLock(file);
                file.Dispose();
                continue;
            }
            catch (IOException e) when ((e is FileNotFoundException or DirectoryNotFoundException) && gone++ < MostRemovals)
            {
                // The folder went between the two; where it does so every time, it is one that no file can be made in.
                continue;
            }
            catch (IOException e) when (e.HResult is SharingViolation or WouldBlock or WouldBlockOfBsd)
            {
                // Somebody else has it.
            }
            catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows() && denied++ < 5)
            {
                // What Windows says of a file that is just being removed; where it goes on saying so, it means it.
            }
            if (!said)
                waits();
            said = true;
            await Task.Delay(poll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the file and gives the lock back, in this order.</summary>
    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
            File.Delete(_file.Name);
        _file.Dispose();
    }

    /// <summary>
    /// The runtime takes a folder that is removed while it looks why it could not make it for a file that stands in the way. What
    /// really stands in the way still does the tenth time.
    /// </summary>
    private static void Make(string folder)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(folder);
                return;
            }
            catch (IOException) when (attempt < 10 && !File.Exists(folder))
            {
            }
        }
    }

    /// <summary>
    /// On Windows a file that is open cannot be removed by its name, and is removed by being closed. Elsewhere closing would remove
    /// whatever has the name by then.
    /// </summary>
    private static FileStream Open(string path) => new(
        path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1,
        OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
}
