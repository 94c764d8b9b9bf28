using System.Runtime.InteropServices;

namespace GptCuda.Engine.Cpu;

/// <summary>Transparent huge pages of Linux.</summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of a huge page on x86-64 and on AArch64 with 4 KiB pages.</summary>
    public const nuint Size = 2 << 20;

    private const int AdviseHugePage = 14;

    /// <summary>Asks for huge pages below an address; the kernel may decline, which costs speed only.</summary>
    public static void Request(void* address, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = MemoryAdvise(address, bytes, AdviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
