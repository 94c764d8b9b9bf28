using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Native;

/// <summary>Which file the loader took for a library that was asked for by name.</summary>
internal static unsafe class LoadedFile
{
    private const int RTLD_DI_LINKMAP = 2;

    /// <summary>The path of a loaded library; null where the system does not say.</summary>
    public static string? PathOf(nint handle) => OperatingSystem.IsWindows() ? ModulePath(handle) : LinkMapPath(handle);

    private static string? ModulePath(nint handle)
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            using (module)
            {
                if (module.BaseAddress == handle) return module.FileName;
            }
        }
        return null;
    }

    private static string? LinkMapPath(nint handle)
    {
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "dlinfo", out nint dlinfo)) return null;
        // struct link_map begins: ElfW(Addr) l_addr; char *l_name.
        nint* map = null;
        if (((delegate* unmanaged<nint, int, void*, int>)dlinfo)(handle, RTLD_DI_LINKMAP, &map) != 0 || map is null) return null;
        string? path = Marshal.PtrToStringUTF8(map[1]);
        return string.IsNullOrEmpty(path) ? null : path;
    }
}
