namespace GptCuda.VirtualGpu.Execution;

/// <summary>A kernel's parameter in its parameter buffer.</summary>
/// <param name="Name">Its name in the PTX.</param>
/// <param name="Offset">Its first byte in the buffer.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Alignment">Its alignment.</param>
internal sealed record KernelParameter(string Name, int Offset, int Bytes, int Alignment);
