using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Native;

/// <summary>Strings as C has them: an array of addresses of UTF-8 text that ends with a zero.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    public NativeStrings(ReadOnlySpan<string> strings)
    {
        Count = strings.Length;
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)Math.Max(1, strings.Length), (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Length; i++) Pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
    }

    public int Count { get; }

    public byte** Pointers { get; private set; }

    public void Dispose()
    {
        if (Pointers is null) return;
        for (int i = 0; i < Count; i++) Marshal.FreeCoTaskMem((nint)Pointers[i]);
        NativeMemory.Free(Pointers);
        Pointers = null;
    }
}
