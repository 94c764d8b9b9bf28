using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GptCuda.Engine.Weights.Files;

/// <summary>
/// Tells pipes, sockets and devices from files before anything is opened: opening a pipe waits for its writer, for ever if
/// need be, and opening a device can do anything. The runtime's own file attributes do not tell them apart.
/// </summary>
internal static unsafe partial class FileKindProbe
{
    private const int NoSuchEntry = 2, NotADirectory = 20;

    /// <summary>What stands at the path, symbolic links followed.</summary>
    public static FileKind KindOf(string path)
    {
        try
        {
            if (OperatingSystem.IsLinux())
                return KindOnLinux(path);
            if (OperatingSystem.IsMacOS())
                return KindOnMacOS(path);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than statx (glibc 2.28): the portable answer has to do.
        }

        return File.Exists(path) ? FileKind.Regular : Directory.Exists(path) ? FileKind.Directory : FileKind.Missing;
    }

    /// <summary>Whether an open file still has a name in some folder. Where the system does not say: yes.</summary>
    public static bool HasName(SafeFileHandle file)
    {
        const int EmptyPath = 0x1000;
        const uint Links = 4;
        byte* status = stackalloc byte[256];
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            int descriptor = (int)file.DangerousGetHandle();
            // The number of links stands behind 16 bytes of statx's structure, and behind 6 of macOS's.
            if (OperatingSystem.IsLinux())
                return StatX(descriptor, "", EmptyPath, Links, status) != 0 || *(uint*)(status + 16) > 0;
            if (!OperatingSystem.IsMacOS())
                return true;
            int result = RuntimeInformation.ProcessArchitecture == Architecture.X64
                ? StatOpenInode64(descriptor, status)
                : StatOpen(descriptor, status);
            return result != 0 || *(ushort*)(status + 6) > 0;
        }
        catch (EntryPointNotFoundException)
        {
            return true;
        }
        finally
        {
            if (held)
                file.DangerousRelease();
        }
    }

    /// <summary>statx(2), whose structure is the same on every architecture: the 16 bits of the mode stand at byte 28 of 256.</summary>
    private static FileKind KindOnLinux(string path)
    {
        const int CurrentDirectory = -100;
        const uint Type = 1;
        byte* status = stackalloc byte[256];
        return StatX(CurrentDirectory, path, flags: 0, Type, status) == 0 ? FromMode(*(ushort*)(status + 28)) : FromError();
    }

    /// <summary>stat(2) with 64-bit inodes: the 16 bits of the mode stand at byte 4 of 144.</summary>
    private static FileKind KindOnMacOS(string path)
    {
        byte* status = stackalloc byte[256];
        int result = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatInode64(path, status) : Stat(path, status);
        return result == 0 ? FromMode(*(ushort*)(status + 4)) : FromError();
    }

    private static FileKind FromMode(int mode) => (mode & 0xF000) switch
    {
        0x1000 => FileKind.Pipe,
        0x2000 => FileKind.CharacterDevice,
        0x4000 => FileKind.Directory,
        0x6000 => FileKind.BlockDevice,
        0x8000 => FileKind.Regular,
        0xC000 => FileKind.Socket,
        _ => FileKind.Unknown,
    };

    private static FileKind FromError() =>
        Marshal.GetLastPInvokeError() is NoSuchEntry or NotADirectory ? FileKind.Missing : FileKind.Unknown;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatInode64(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static partial int StatOpenInode64(int descriptor, byte* status);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static partial int StatOpen(int descriptor, byte* status);
}
