using System.ComponentModel;
using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Memory;

/// <summary>
/// A range of host addresses whose pages come into being, as zeros, when they are first touched: 80 GB of device memory costs what
/// is used of it. Owned by whoever makes it; disposing gives the range back.
/// </summary>
internal sealed unsafe partial class ReservedMemory : IDisposable
{
    private const int ProtNone = 0, ProtReadWrite = 1 | 2;
    private const int MapPrivate = 2, MapAnonymousLinux = 0x20, MapAnonymousMac = 0x1000, MapNoReserveLinux = 0x4000,
        MapNoReserveMac = 0x40;
    private const int AdviceDontNeedLinux = 4, AdviceFreeMac = 5;

    private byte* _base;

    /// <summary>Reserves bytes; they are readable and writable unless <paramref name="accessible"/> is false.</summary>
    /// <param name="bytes">A size, rounded up to whole pages.</param>
    /// <param name="accessible">False for a range that only keeps its addresses from being used for anything else.</param>
    /// <exception cref="PlatformNotSupportedException">Windows: it has no memory that is committed on first touch.</exception>
    /// <exception cref="InsufficientMemoryException">The system refuses the reservation.</exception>
    public ReservedMemory(long bytes, bool accessible = true)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException(
                "The virtual GPU needs memory that is committed on first touch, which Windows does not have: "
                + "run it on Linux, macOS or WSL.");
        Size = (bytes + PageSize - 1) / PageSize * PageSize;
        var flags = MapPrivate | (OperatingSystem.IsMacOS() ? MapAnonymousMac | MapNoReserveMac : MapAnonymousLinux | MapNoReserveLinux);
        var address = Map(0, (nuint)Size, accessible ? ProtReadWrite : ProtNone, flags, -1, 0);
        if (address == -1)
            throw new InsufficientMemoryException(
                $"The system refused to reserve {Size} bytes of address space (error {Marshal.GetLastPInvokeError()}: " +
                $"{new Win32Exception(Marshal.GetLastPInvokeError()).Message}). Allow overcommit (vm.overcommit_memory 0 or 1) and an " +
                "unlimited address space (ulimit -v unlimited), or choose a smaller device with GPTCUDA_VIRTUAL_DEVICE.");
        _base = (byte*)address;
    }

    /// <summary>Bytes of a page of this class; the system's may be smaller.</summary>
    public const int PageSize = 65536;

    /// <summary>Reserved bytes.</summary>
    public long Size { get; }

    /// <summary>The first byte.</summary>
    public byte* Base => _base;

    /// <summary>Gives whole pages back to the system; they read as zeros afterwards.</summary>
    /// <param name="offset">First byte; the partial page that it lies in is cleared, not given back.</param>
    /// <param name="bytes">How many.</param>
    public void Clear(long offset, long bytes)
    {
        var end = offset + bytes;
        var firstPage = (offset + PageSize - 1) / PageSize * PageSize;
        var lastPage = end / PageSize * PageSize;
        if (OperatingSystem.IsMacOS() || firstPage >= lastPage)
        {
            Zero(offset, end);
            // Only advice: the pages read as zeros whether it is taken or not.
            if (firstPage < lastPage)
                _ = Advise((nint)(_base + firstPage), (nuint)(lastPage - firstPage), AdviceFreeMac);
            return;
        }
        Zero(offset, firstPage);
        if (Advise((nint)(_base + firstPage), (nuint)(lastPage - firstPage), AdviceDontNeedLinux) != 0)
            Zero(firstPage, lastPage);
        Zero(lastPage, end);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_base is not null)
            _ = Unmap((nint)_base, (nuint)Size);
        _base = null;
    }

    private void Zero(long start, long end)
    {
        for (; start < end; start += 1 << 30)
            new Span<byte>(_base + start, (int)Math.Min(end - start, 1 << 30)).Clear();
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
