namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// Whether a matrix is laid out in panels, or stands as a file has it, f32, for a first pass that need not wait for panels.
/// </summary>
internal enum FileOrder
{
    /// <summary>In panels, in whatever type.</summary>
    None,

    /// <summary>[in, out]: the matrices of the blocks.</summary>
    InputRows,

    /// <summary>[out, in]: the embeddings.</summary>
    OutputRows,
}
