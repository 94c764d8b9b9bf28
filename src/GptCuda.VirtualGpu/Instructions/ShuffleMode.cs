namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Which lane a shuffle reads from.</summary>
internal enum ShuffleMode
{
    /// <summary>An amount below this lane.</summary>
    Up,
    /// <summary>An amount above this lane.</summary>
    Down,
    /// <summary>This lane's number with some bits flipped.</summary>
    Butterfly,
    /// <summary>A lane given by its number.</summary>
    Index,
}
