namespace GptCuda.VirtualGpu.Execution;

/// <summary>A .global or .const variable of a loaded module.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its device address.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="IsConstant">Whether kernels may only read it.</param>
internal sealed record ModuleVariable(string Name, ulong Address, long Bytes, bool IsConstant);
