using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A copy in any direction; what lies in the device's address range is device or pinned memory, all else is pageable.</summary>
internal sealed unsafe class CopyOperation : IOperation
{
    private readonly ulong _destination;
    private readonly ulong _source;
    private readonly long _bytes;
    private readonly string _function;
    private readonly byte[]? _staged;
    private readonly ulong? _fingerprint;

    private CopyOperation(ulong destination, ulong source, long bytes, string function, byte[]? staged, ulong? fingerprint)
    {
        _destination = destination;
        _source = source;
        _bytes = bytes;
        _function = function;
        _staged = staged;
        _fingerprint = fingerprint;
    }

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMCPY;

    public string Name => "copy";

    /// <summary>A copy that reads its source when its turn comes, as a node of a graph does.</summary>
    public static CopyOperation Recorded(ulong destination, ulong source, long bytes, string function) =>
        new(destination, source, bytes, function, null, null);

    /// <summary>
    /// A copy for a stream. A pageable source is read now, so that the program may use it again at once; a pinned one when the
    /// stream gets there, and it must not have changed by then.
    /// </summary>
    public static CopyOperation Submitted(VirtualDriver driver, ulong destination, ulong source, long bytes, string function)
    {
        bool late = driver.Schedule == Schedule.Lazy;
        if (!driver.IsDeviceAddress(source))
            return new(destination, source, bytes, function, late ? new ReadOnlySpan<byte>((void*)source, checked((int)bytes)).ToArray() : null, null);
        bool pinned = late && driver.IsPinned(source);
        return new(destination, source, bytes, function, null, pinned ? Fingerprint(source, bytes) : null);
    }

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        if (_fingerprint is { } expected && Fingerprint(_source, _bytes) != expected)
            throw new Checking.VirtualFault(Checking.FaultKind.Race, _function,
                $"the pinned source at 0x{_source:x} ({_bytes} bytes) was changed after the call and before the stream got to it.");
        bool toDevice = driver.IsDeviceAddress(_destination), fromDevice = driver.IsDeviceAddress(_source);
        driver.Report?.Moved(toDevice == fromDevice ? "copy" : toDevice ? "copyIn" : "copyOut", _bytes, node);
        if (toDevice && fromDevice)
        {
            driver.Memory.Copy(_destination, _source, _bytes, _function);
            return;
        }
        // Spans end at 2 GiB.
        const long Piece = 1 << 30;
        for (long done = 0; done < _bytes; done += Piece)
        {
            int length = (int)Math.Min(Piece, _bytes - done);
            ulong to = _destination + (ulong)done, from = _source + (ulong)done;
            ReadOnlySpan<byte> bytes = _staged is not null ? _staged.AsSpan((int)done, length) : new ReadOnlySpan<byte>((void*)from, length);
            if (toDevice)
                driver.Memory.CopyIn(to, bytes, _function);
            else if (fromDevice)
                driver.Memory.CopyOut(from, new Span<byte>((void*)to, length), _function);
            else
                bytes.CopyTo(new Span<byte>((void*)to, length));
        }
    }

    private static ulong Fingerprint(ulong address, long bytes)
    {
        // FNV-1a over words: any single change shows.
        ulong hash = 14695981039346656037;
        long words = bytes / 8;
        for (long i = 0; i < words; i++)
            hash = (hash ^ ((ulong*)address)[i]) * 1099511628211;
        for (long i = words * 8; i < bytes; i++)
            hash = (hash ^ ((byte*)address)[i]) * 1099511628211;
        return hash;
    }
}
