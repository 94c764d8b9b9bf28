namespace GptCuda.VirtualGpu.Execution;

/// <summary>Where lanes that diverged meet again.</summary>
internal struct MeetingPoint
{
    /// <summary>The basic block where they meet; -1 marks a free entry.</summary>
    public int Block;

    /// <summary>The lanes that have to come, those that exited on the way left out.</summary>
    public uint Expected;

    /// <summary>The lanes that are there.</summary>
    public uint Arrived;

    /// <summary>The meeting point that they go to afterwards, or -1.</summary>
    public int Parent;
}
