namespace GptCuda.VirtualGpu.Execution;

/// <summary>A block's entry in the scheduler's round.</summary>
/// <param name="place">Its place in the order of the launch.</param>
internal sealed class ResidentBlock(long place)
{
    /// <summary>Its place in the order of the launch.</summary>
    public long Place { get; } = place;

    /// <summary>The block, once it has begun.</summary>
    public Block? Block { get; set; }

    /// <summary>What it is doing.</summary>
    public ResidentState State { get; set; }
}
