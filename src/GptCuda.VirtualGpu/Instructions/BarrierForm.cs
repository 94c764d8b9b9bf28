namespace GptCuda.VirtualGpu.Instructions;

/// <summary>What a block barrier does beside waiting.</summary>
internal enum BarrierForm
{
    /// <summary>bar.sync</summary>
    Wait,
    /// <summary>bar.arrive: does not wait.</summary>
    Arrive,
    /// <summary>bar.red.popc: the number of threads whose predicate holds.</summary>
    Count,
    /// <summary>bar.red.and</summary>
    And,
    /// <summary>bar.red.or</summary>
    Or,
}
