using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>Does something when the process ends.</summary>
internal static unsafe partial class ProcessEnd
{
    private static Action? _action;

    /// <summary>Sets what is done; there is one such thing.</summary>
    public static void Register(Action action)
    {
        if (Interlocked.Exchange(ref _action, action) is not null)
            return;
        // A native library in somebody else's process hears of its end from the C library alone.
        if (RuntimeFeature.IsDynamicCodeSupported || !OperatingSystem.IsLinux())
            AppDomain.CurrentDomain.ProcessExit += (_, _) => _action?.Invoke();
        else
            _ = AtExit(&Ended, null, null);
    }

    [UnmanagedCallersOnly]
    private static void Ended(void* unused) => _action?.Invoke();

    [LibraryImport("libc", EntryPoint = "__cxa_atexit")]
    private static partial int AtExit(delegate* unmanaged<void*, void> function, void* argument, void* library);
}
