using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GptCuda.Engine.Weights.Files;

/// <summary>A file mapped read-only as a whole, of any length; nothing of it is resident until it is touched.</summary>
/// <remarks>Owns the mapping and the handle. Reading is thread-safe; disposing while another thread reads is not.</remarks>
internal sealed unsafe partial class MappedFile : IDisposable
{
    /// <summary>MADV_DONTNEED, the same number on Linux and macOS.</summary>
    private const int DontNeed = 4;

    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private MappedFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        Length = length;
        _handle = handle;
        _map = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            _view = _map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        }
        catch
        {
            _view?.Dispose();
            _map.Dispose();
            throw;
        }
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The file's name without its folder, for messages.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Maps a file. The caller disposes it.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="InvalidDataException">The file is empty, or no file.</exception>
    /// <exception cref="IOException">The file cannot be mapped.</exception>
    public static MappedFile Open(string path)
    {
        SafeFileHandle handle = RegularFile.Open(path);
        try
        {
            long length = RandomAccess.GetLength(handle);
            return length > 0
                ? new(path, handle, length)
                : throw new InvalidDataException($"{System.IO.Path.GetFileName(path)}: the file is empty");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the file, valid until it is disposed.</summary>
    /// <exception cref="IOException">The file is shorter than when it was opened.</exception>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        CheckStillThere(offset, count);
        return new(_start + offset, count);
    }

    /// <summary>The address of a byte of the file, valid until it is disposed.</summary>
    /// <exception cref="IOException">The file is shorter than when it was opened.</exception>
    public byte* Address(long offset, long count)
    {
        CheckStillThere(offset, count);
        return _start + offset;
    }

    /// <summary>
    /// Drops the pages that hold these bytes from the process; they stay in the system's cache, and touching them again maps them
    /// again. Does nothing on systems other than Linux and macOS.
    /// </summary>
    public void Release(long offset, long count)
    {
        if (count <= 0 || !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
            return;
        // Rounded outwards: a page dropped in error costs its neighbour a fault, a page kept adds up over many small releases.
        nuint page = (nuint)Environment.SystemPageSize;
        nuint from = (nuint)(_start + offset) & ~(page - 1);
        nuint to = (nuint)(_start + offset + count);
        _ = Advise((void*)from, to - from, DontNeed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_handle.IsClosed)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _handle.Dispose();
    }

    /// <summary>
    /// Touching a mapped page that the file no longer has ends the process with a signal, so the length is looked at first.
    /// </summary>
    private void CheckStillThere(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - offset);
        long length = RandomAccess.GetLength(_handle);
        if (length < Length)
            throw new IOException($"{Path}: the file had {Length} bytes when it was opened and has {length} now");
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
