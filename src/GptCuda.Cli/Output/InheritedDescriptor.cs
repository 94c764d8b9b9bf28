using System.Runtime.InteropServices;

namespace GptCuda.Cli.Output;

/// <summary>Tells the standard streams that the program was started with from those that were closed.</summary>
internal static partial class InheritedDescriptor
{
    private const int GetFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>Whether the program was started with this descriptor open: 0, 1 or 2.</summary>
    /// <remarks>
    /// A descriptor that was closed is free for the first file or pipe that the runtime opens for itself: reading it would wait for
    /// ever, writing to it would disturb the runtime. What the runtime opens closes on exec, and what came through an exec does not.
    /// </remarks>
    public static bool IsOpen(int descriptor) =>
        OperatingSystem.IsWindows() || (Control(descriptor, GetFlags) is >= 0 and int flags && (flags & CloseOnExec) == 0);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);
}
