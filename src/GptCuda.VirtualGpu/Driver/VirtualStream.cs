namespace GptCuda.VirtualGpu.Driver;

/// <summary>A line of work in which each piece waits for the one before.</summary>
internal sealed class VirtualStream(VirtualContext context, uint flags, int priority)
{
    /// <summary>CU_STREAM_NON_BLOCKING.</summary>
    public const uint NonBlocking = 1;

    public VirtualContext Context { get; } = context;

    public uint Flags { get; } = flags;

    public int Priority { get; } = priority;

    /// <summary>What cuStreamGetId tells.</summary>
    public ulong Id { get; } = (ulong)HandleValues.Next();

    /// <summary>Whether it is ordered with the legacy default stream.</summary>
    public bool IsBlocking => (Flags & NonBlocking) == 0;

    /// <summary>Whether the program has given it up; its work is done all the same.</summary>
    public bool IsDestroyed { get; set; }

    /// <summary>The last piece of work that was handed to it.</summary>
    public WorkItem? Tail { get; set; }

    /// <summary>The capture that it takes part in.</summary>
    public StreamCapture? Capture { get; set; }

    /// <summary>Does all of its work, and what that depends on.</summary>
    public void Drain() => Tail?.Complete();
}
