using System.Numerics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A copy in any direction; what lies in the device's address range is device or pinned memory, all else is pageable.</summary>
internal sealed unsafe class CopyOperation : IOperation
{
    /// <summary>Pageable bytes that the driver keeps for itself; it waits where there are more.</summary>
    public const long LargestStaged = 1 << 30;

    private readonly ulong _destination;
    private readonly ulong _source;
    private readonly long _bytes;
    private readonly string _function;
    private readonly byte[]? _staged;
    private readonly ulong? _fingerprint;

    private CopyOperation(ulong destination, ulong source, long bytes, string function, byte[]? staged = null, ulong? fingerprint = null)
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

    /// <summary>A copy that reads its source when its turn comes: a node of a graph, or one that is waited for at once.</summary>
    public static CopyOperation Direct(ulong destination, ulong source, long bytes, string function) => new(destination, source, bytes, function);

    /// <summary>
    /// A copy whose turn may come after the call has returned. A pageable source is read now, so that the program may use it again
    /// at once; a pinned one when the stream gets there, and it must not have changed by then.
    /// </summary>
    public static CopyOperation Deferred(VirtualDriver driver, ulong destination, ulong source, long bytes, string function)
    {
        if (!driver.Memory.Contains(source))
            return new(destination, source, bytes, function, staged: new ReadOnlySpan<byte>((void*)source, checked((int)bytes)).ToArray());
        return new(destination, source, bytes, function, fingerprint: driver.IsPinned(source) ? Fingerprint(source, bytes) : null);
    }

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        bool toDevice = driver.Memory.Contains(_destination), fromDevice = driver.Memory.Contains(_source);
        if (fromDevice)
            driver.Memory.Demand(_source, _bytes, _function);
        if (_fingerprint is { } expected && Fingerprint(_source, _bytes) != expected)
            throw new VirtualFault(FaultKind.Race, _function,
                $"the pinned source at 0x{_source:x} ({_bytes} bytes) was changed after the call and before the stream got to it; wait for an event behind the copy before writing there.");
        if (toDevice && fromDevice)
            driver.Memory.Copy(_destination, _source, _bytes, _function);
        else
            CopyPieces(driver, toDevice, fromDevice);
        driver.Report?.Moved(toDevice == fromDevice ? "copy" : toDevice ? "copyIn" : "copyOut", _bytes, node);
    }

    /// <summary>Copies to or from pageable memory; spans end at 2 GiB.</summary>
    private void CopyPieces(VirtualDriver driver, bool toDevice, bool fromDevice)
    {
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

    /// <summary>A sum that any single change shows in: each step is a bijection of the state for a given word.</summary>
    private static ulong Fingerprint(ulong address, long bytes)
    {
        ulong hash = 0x9E3779B97F4A7C15;
        long words = bytes / 8;
        for (long i = 0; i < words; i++)
            hash = BitOperations.RotateLeft(hash ^ ((ulong*)address)[i], 29) * 0x9FB21C651E98DF25;
        for (long i = words * 8; i < bytes; i++)
            hash = BitOperations.RotateLeft(hash ^ ((byte*)address)[i], 29) * 0x9FB21C651E98DF25;
        return hash;
    }
}
