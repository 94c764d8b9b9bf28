using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace GptCuda.Kernels.Compilation;

/// <summary>
/// Compiled kernels on disk, shared by any number of processes: an entry appears whole, by a rename, or not at all; one whose
/// bytes are not those that were written counts as absent. What was not used for longest goes when the bound is passed.
/// </summary>
/// <remarks>A directory that cannot be written to is no failure: kernels are then compiled each time.</remarks>
public sealed class KernelImageCache
{
    /// <summary>The default bound.</summary>
    public const long DefaultBytes = 256L << 20;

    private const string Suffix = ".kernel";

    private readonly long _mostBytes;

    /// <param name="directory">Where; made when the first entry is written.</param>
    /// <param name="mostBytes">The bound on all entries together.</param>
    public KernelImageCache(string directory, long mostBytes = DefaultBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostBytes);
        Location = Path.GetFullPath(directory);
        _mostBytes = mostBytes;
    }

    /// <summary>The directory.</summary>
    public string Location { get; }

    /// <summary>
    /// GPTCUDA_KERNEL_CACHE, or kernels in the user's cache folder: $XDG_CACHE_HOME/gptcuda, ~/.cache/gptcuda,
    /// %LOCALAPPDATA%\gptcuda.
    /// </summary>
    public static string DefaultLocation()
    {
        if (Environment.GetEnvironmentVariable("GPTCUDA_KERNEL_CACHE") is { Length: > 0 } named) return named;
        string caches = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "gptcuda", "kernels");
    }

    /// <summary>Looks an image up.</summary>
    /// <param name="key">The hash of all that decides its bytes.</param>
    /// <param name="image">The image.</param>
    /// <returns>Whether it is there, whole.</returns>
    public bool TryRead(string key, [NotNullWhen(true)] out byte[]? image)
    {
        image = null;
        string path = PathOf(key);
        try
        {
            byte[] entry = File.ReadAllBytes(path);
            if (entry.Length <= SHA256.HashSizeInBytes
                || !SHA256.HashData(entry.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(entry.AsSpan(0, SHA256.HashSizeInBytes)))
            {
                Remove(key);
                return false;
            }
            image = entry[SHA256.HashSizeInBytes..];
            // The time of the last use decides what goes first; the system's own access time is often switched off.
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return true;
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            return image is not null;
        }
    }

    /// <summary>Writes an entry, and removes old ones where the bound is passed.</summary>
    /// <returns>Whether it could be written.</returns>
    public bool TryWrite(string key, ReadOnlySpan<byte> image)
    {
        string temporary = Path.Combine(Location, $"{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(Location);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(SHA256.HashData(image));
                file.Write(image);
            }
            File.Move(temporary, PathOf(key), overwrite: true);
            Trim();
            return true;
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            Delete(temporary);
            return false;
        }
    }

    /// <summary>Removes an entry, for example one that the driver refuses.</summary>
    public void Remove(string key) => Delete(PathOf(key));

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            // Another process may be reading it (Windows), or may have removed it; it goes the next time.
        }
    }

    private static bool IsFileTrouble(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private string PathOf(string key) => Path.Combine(Location, key + Suffix);

    private void Trim()
    {
        FileInfo[] entries = new DirectoryInfo(Location).GetFiles();
        // What a process left when it was killed in the middle of a write.
        foreach (FileInfo left
            in entries.Where(entry => entry.Extension == ".tmp" && entry.LastWriteTimeUtc < DateTime.UtcNow.AddHours(-1)))
            Delete(left.FullName);
        FileInfo[] images = [.. entries.Where(entry => entry.Extension == Suffix).OrderBy(entry => entry.LastWriteTimeUtc)];
        long total = images.Sum(Length);
        foreach (FileInfo image in images)
        {
            if (total <= _mostBytes) break;
            total -= Length(image);
            Delete(image.FullName);
        }

        // Listed a moment ago, it may be gone already.
        static long Length(FileInfo image) => image.Exists ? image.Length : 0;
    }
}
