namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A line of the source that a compiler's <c>.loc</c> named.</summary>
/// <param name="File">The number of the <c>.file</c>.</param>
/// <param name="Line">The line there, 0 where the compiler says that there is none.</param>
internal readonly record struct PtxLocation(int File, int Line);
