using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A copy in any direction; what the driver did not give out is pageable host memory.</summary>
internal sealed unsafe class CopyOperation : IOperation
{
    /// <summary>Pageable bytes that the driver keeps for itself; it waits where there are more.</summary>
    public const long LargestStaged = 1 << 30;

    private readonly ulong _destination;
    private readonly ulong _source;
    private readonly long _bytes;
    private readonly string _function;
    private readonly byte[]? _staged;

    private CopyOperation(ulong destination, ulong source, long bytes, string function, byte[]? staged = null, PinnedSource? pinned = null)
    {
        _destination = destination;
        _source = source;
        _bytes = bytes;
        _function = function;
        _staged = staged;
        Pinned = pinned;
    }

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMCPY;

    public string Name => "copy";

    /// <summary>The pinned memory that it reads when its turn comes, after the call has returned; else null.</summary>
    public PinnedSource? Pinned { get; }

    /// <summary>A copy that reads its source when its turn comes: a node of a graph, or one that is waited for at once.</summary>
    public static CopyOperation Direct(ulong destination, ulong source, long bytes, string function) =>
        new(destination, source, bytes, function);

    /// <summary>
    /// A copy whose turn may come after the call has returned. A pageable source is read now, so that the program may use it again
    /// at once; a pinned one when the stream gets there, and the program must not have changed it by then.
    /// </summary>
    public static CopyOperation Deferred(VirtualDriver driver, ulong destination, ulong source, long bytes, string function)
    {
        if (!driver.Memory.Contains(source))
            return new(destination, source, bytes, function, staged: new ReadOnlySpan<byte>((void*)source, checked((int)bytes)).ToArray());
        return new(destination, source, bytes, function, pinned: driver.IsPinned(source) ? new PinnedSource(source, bytes) : null);
    }

    public bool MayWrite(PinnedSource source) => source.Overlaps(_destination, (ulong)_bytes);

    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        bool toDevice = RequireRange(driver, _destination), fromDevice = RequireRange(driver, _source);
        if (Pinned is not null)
            RequireUnchanged(Pinned);
        if (toDevice && fromDevice)
            driver.Memory.Copy(_destination, _source, _bytes, _function);
        else
            CopyPieces(driver, toDevice, fromDevice);
        driver.Report?.Moved(toDevice == fromDevice ? "copy" : toDevice ? "copyIn" : "copyOut", _bytes, node);
    }

    /// <summary>Whether a range is device memory; what the driver gave out has to be live still.</summary>
    private bool RequireRange(VirtualDriver driver, ulong address)
    {
        if (!driver.Memory.Contains(address))
            return false;
        driver.Memory.Demand(address, _bytes, _function);
        return !driver.IsPinned(address);
    }

    private void RequireUnchanged(PinnedSource pinned)
    {
        pinned.Check();
        if (pinned.IsChanged)
        {
            throw new VirtualFault(FaultKind.Race, _function,
                $"the pinned source at 0x{_source:x} ({_bytes} bytes) was changed after the call and before the stream got to it; "
                + "wait for an event behind the copy before writing there.");
        }
    }

    /// <summary>Copies to or from host memory, of which every byte counts as written; spans end at 2 GiB.</summary>
    private void CopyPieces(VirtualDriver driver, bool toDevice, bool fromDevice)
    {
        const long Piece = 1 << 30;
        for (long done = 0; done < _bytes; done += Piece)
        {
            int length = (int)Math.Min(Piece, _bytes - done);
            ulong to = _destination + (ulong)done, from = _source + (ulong)done;
            ReadOnlySpan<byte> bytes = _staged is not null
                ? _staged.AsSpan((int)done, length)
                : new ReadOnlySpan<byte>((void*)from, length);
            if (toDevice)
                driver.Memory.CopyIn(to, bytes, _function);
            else if (fromDevice)
                driver.Memory.CopyOut(from, new Span<byte>((void*)to, length), _function);
            else
                bytes.CopyTo(new Span<byte>((void*)to, length));
        }
    }
}
