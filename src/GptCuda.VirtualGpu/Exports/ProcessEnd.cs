using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>Does something when the process ends.</summary>
internal static unsafe partial class ProcessEnd
{
    private static Action? s_action;

    /// <summary>Sets what is done; there is one such thing.</summary>
    public static void Register(Action action)
    {
        if (Interlocked.Exchange(ref s_action, action) is not null)
            return;
        // A native library in somebody else's process hears of its end from the C library alone.
        if (RuntimeFeature.IsDynamicCodeSupported || !OperatingSystem.IsLinux())
            AppDomain.CurrentDomain.ProcessExit += (_, _) => s_action?.Invoke();
        else
            _ = AtExit(&Ended, null, null);
    }

    [UnmanagedCallersOnly]
    private static void Ended(void* unused) => s_action?.Invoke();

    [LibraryImport("libc", EntryPoint = "__cxa_atexit")]
    private static partial int AtExit(delegate* unmanaged<void*, void> function, void* argument, void* library);
}
