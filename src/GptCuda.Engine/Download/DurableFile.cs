namespace GptCuda.Engine.Download;

/// <summary>Writes small files so that after a crash there is the old content or the new, never half.</summary>
internal static class DurableFile
{
    /// <summary>Writes to a temporary name in the same folder, flushes it to the disk, and renames it into place.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        DirectoryEntries.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
