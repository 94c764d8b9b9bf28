namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>What a fence was behind: of the other blocks, and of its own. Apart, because threads of one block share the former.</summary>
/// <param name="Others">Of other blocks.</param>
/// <param name="Own">Of the own block, or null for nothing.</param>
internal readonly record struct Published(Knowledge Others, BlockKnowledge? Own)
{
    /// <summary>Nothing.</summary>
    public static Published Nothing { get; } = new(Knowledge.None, null);

    /// <summary>Whether there is anything in it.</summary>
    public bool IsNothing => Own is null && Others.Count == 0;

    /// <summary>Both in one.</summary>
    /// <param name="block">The own block.</param>
    public Knowledge Of(long block) => Own is null ? Others : Knowledge.Join(Others, Knowledge.Of(block, Own));
}
