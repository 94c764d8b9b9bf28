namespace GptCuda.Kernels.Memory;

/// <summary>Something held of a GPU.</summary>
/// <param name="Kind">Its type, for example DeviceBuffer.</param>
/// <param name="Description">Its size or name.</param>
/// <param name="MadeAt">The stack where it was made.</param>
public sealed record HeldResource(string Kind, string Description, string MadeAt);
