namespace GptCuda.Kernels.Compilation;

/// <summary>The text of a kernel file and of its headers.</summary>
/// <param name="File">Its name.</param>
/// <param name="Text">Its text.</param>
/// <param name="Headers">The texts of all that it includes, by the name in the include line, in ordinal order.</param>
public sealed record KernelSource(string File, string Text, IReadOnlyDictionary<string, string> Headers);
