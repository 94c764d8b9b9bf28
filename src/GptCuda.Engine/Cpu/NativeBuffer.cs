using System.Runtime.InteropServices;

namespace GptCuda.Engine.Cpu;

/// <summary>Memory outside the managed heap, aligned for vectors, owned by whoever made it.</summary>
/// <typeparam name="T">What it holds.</typeparam>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint CacheLine = 64;

    private T* _pointer;

    /// <param name="length">Numbers to hold; none reserves nothing.</param>
    /// <param name="hugePages">
    /// Asks Linux for pages of 2 MiB: for memory that is read from end to end, where the translation of addresses is a cost of
    /// its own. Elsewhere the request means nothing.
    /// </param>
    /// <exception cref="OutOfMemoryException">The system gives no such amount.</exception>
    public NativeBuffer(long length, bool hugePages = false) => Allocate(length, hugePages);

    /// <summary>Its first number.</summary>
    public T* Pointer => _pointer;

    /// <summary>Numbers that it holds.</summary>
    public long Length { get; private set; }

    /// <summary>
    /// Makes room for at least so many numbers, in huge pages where it is several of them; what it held is lost when it grows.
    /// </summary>
    public void EnsureLength(long length)
    {
        if (length <= Length)
            return;
        Dispose();
        Allocate(length, hugePages: (ulong)length * (ulong)sizeof(T) >= 2 * HugePages.Size);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        Length = 0;
    }

    private void Allocate(long length, bool hugePages)
    {
        nuint bytes = checked((nuint)length * (nuint)sizeof(T));
        if (bytes == 0)
            return;
        _pointer = (T*)NativeMemory.AlignedAlloc(bytes, hugePages ? HugePages.Size : CacheLine);
        Length = length;
        if (hugePages)
            HugePages.Request(_pointer, bytes);
    }
}
