using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>Texts that a function gives a pointer to and that stay to the end of the process, as names of status codes do.</summary>
internal static class ConstantText
{
    private static readonly ConcurrentDictionary<string, nint> Known = new(StringComparer.Ordinal);

    /// <summary>The address of a text in UTF-8 with a zero byte at the end; the same one each time.</summary>
    public static nint Of(string text) => Known.GetOrAdd(text, Marshal.StringToCoTaskMemUTF8);
}
