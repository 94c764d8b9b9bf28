namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// Stops a launch. Thrown by checker and executor, caught by the driver, which makes the context's sticky error of
/// <see cref="ErrorCode"/> and writes <see cref="Exception.Message"/> to standard error. It never crosses an export.
/// </summary>
internal sealed class VirtualFault : Exception
{
    /// <summary>Makes a fault; the message is composed of the fields.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="subject">What was running: "kernel gemv_768", or the driver's function.</param>
    /// <param name="detail">What happened, with the actual values, and what to do: one or more sentences.</param>
    public VirtualFault(FaultKind kind, string subject, string detail)
    {
        Kind = kind;
        Subject = subject;
        Detail = detail;
    }

    /// <summary>What went wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>What was running: "kernel gemv_768", or the driver's function.</summary>
    public string Subject { get; }

    /// <summary>What happened, in words.</summary>
    public string Detail { get; }

    /// <summary>The instruction, where one is known.</summary>
    public InstructionSource? At { get; init; }

    /// <summary>The other instruction of a race.</summary>
    public InstructionSource? OtherAt { get; init; }

    /// <summary>The block's coordinates, where one block is meant.</summary>
    public GridExtent? Block { get; init; }

    /// <summary>The thread's coordinates in its block, where one thread is meant.</summary>
    public GridExtent? Thread { get; init; }

    /// <summary>The address, or the offset in shared or local memory; null when no address is meant.</summary>
    public ulong? Address { get; init; }

    /// <summary>The allocation concerned: the one accessed, or the nearest.</summary>
    public string? Allocation { get; init; }

    /// <summary>Bytes outside of the allocation: positive behind its end, negative before its start, 0 when it is inside.</summary>
    public long Outside { get; init; }

    /// <summary>The driver's code (CUresult) that the real device would report for this, or the nearest to it.</summary>
    public int ErrorCode => Kind switch
    {
        FaultKind.OutOfBounds or FaultKind.UseAfterFree => 700,
        FaultKind.Misaligned => 716,
        FaultKind.IllegalInstruction => 715,
        FaultKind.InstructionBudget or FaultKind.Deadlock => 702,
        FaultKind.LaunchOutOfResources => 701,
        FaultKind.CooperativeLaunchTooLarge => 720,
        FaultKind.InvalidLaunch => 1,
        _ => 719,
    };

    /// <inheritdoc/>
    public override string Message
    {
        get
        {
            var where = $"{Kind} in {Subject}";
            if (Block is { } block)
                where += $", block {block}";
            if (Thread is { } thread)
                where += $", thread {thread}";
            var message = $"{where}: {Detail}";
            if (At is { } source)
                message += $"\n  at {source}";
            if (OtherAt is { } other)
                message += $"\n  and {other}";
            return message;
        }
    }
}
