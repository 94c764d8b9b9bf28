namespace GptCuda.Kernels.Memory;

/// <summary>Puts elements of a source where they are uploaded from.</summary>
/// <param name="first">The first element that is wanted.</param>
/// <param name="destination">Where they go; all of it is written.</param>
/// <typeparam name="T">Element type.</typeparam>
public delegate void ChunkReader<T>(long first, Span<T> destination);
