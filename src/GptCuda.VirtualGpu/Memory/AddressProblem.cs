using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Memory;

/// <summary>Why a range of addresses is not inside one live allocation.</summary>
/// <param name="Kind">Out of bounds, or use after free.</param>
/// <param name="Nearest">The allocation that was probably meant.</param>
/// <param name="Outside">Bytes behind its end (positive) or before its start (negative); 0 inside a freed one.</param>
/// <param name="Text">All of it in words.</param>
internal sealed record AddressProblem(FaultKind Kind, Allocation? Nearest, long Outside, string Text)
{
    /// <summary>Explains a range; null when it is inside one live allocation.</summary>
    public static AddressProblem? Of(AllocationTable table, ulong address, long bytes)
    {
        var end = address + (ulong)bytes;
        var range = $"{bytes} bytes at 0x{address:x}";
        var before = table.FindAtOrBefore(address);
        if (before is not null && address < before.End)
        {
            if (before.IsFreed)
                return new(FaultKind.UseAfterFree, before, 0,
                    $"{range} are {address - before.Address} bytes into {before}, which has been freed.");
            if (end <= before.End)
                return null;
            var behind = (long)(end - before.End);
            return new(FaultKind.OutOfBounds, before, behind,
                $"{range} begin inside {before} and end {behind} bytes behind its end.");
        }
        var after = table.FindAfter(address);
        // The guard behind an allocation is longer than the one before it is likely to be overrun: the nearer of the two is meant.
        var pastEnd = before is null ? ulong.MaxValue : address - before.End;
        var toStart = after is null ? ulong.MaxValue : after.Address - address;
        if (before is null && after is null)
            return new(FaultKind.OutOfBounds, null, 0, $"{range} lie in no allocation; the device has none.");
        if (address < 4096)
            return new(FaultKind.OutOfBounds, null, 0, $"{range}: a null pointer, or an offset from one.");
        if (pastEnd <= toStart)
        {
            var live = before!.IsFreed ? FaultKind.UseAfterFree : FaultKind.OutOfBounds;
            return new(live, before, (long)Math.Min(pastEnd, long.MaxValue),
                $"{range} begin {pastEnd} bytes behind the end of {before}.");
        }
        return new(FaultKind.OutOfBounds, after, -(long)Math.Min(toStart, long.MaxValue),
            $"{range} begin {toStart} bytes before the start of {after}.");
    }
}
