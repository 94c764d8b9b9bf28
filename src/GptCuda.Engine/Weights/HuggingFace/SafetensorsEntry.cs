using System.Collections.Immutable;

namespace GptCuda.Engine.Weights.HuggingFace;

/// <summary>A tensor in a safetensors file, its range checked against its type, its shape and the file.</summary>
/// <param name="Name">As the file spells it.</param>
/// <param name="Type">As the file spells it: F32, BF16, U8, ...</param>
/// <param name="Shape">Row-major extents.</param>
/// <param name="Offset">Where the tensor begins, in bytes from the beginning of the file.</param>
/// <param name="ByteCount">Bytes it takes.</param>
internal sealed record SafetensorsEntry(string Name, string Type, ImmutableArray<long> Shape, long Offset, long ByteCount);
