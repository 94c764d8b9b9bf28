using System.Runtime.InteropServices;

namespace GptCuda.Engine.Download;

/// <summary>Makes renames last: without this a crash may bring back a name that had been given away, or lose one.</summary>
internal static partial class DirectoryEntries
{
    private const int InvalidArgument = 22;

    /// <summary>Waits until the names in a folder are on the disk. Windows keeps them in its journal and needs no telling.</summary>
    /// <param name="directory">The folder, not the files in it.</param>
    /// <exception cref="IOException">The folder is not there, or the disk fails.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open(directory, flags: 0);
        try
        {
            // Some network file systems know no flushing of folders and say that the argument is none.
            if (descriptor < 0 || (Synchronize(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument))
                throw new IOException($"{directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            if (descriptor >= 0)
                _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
