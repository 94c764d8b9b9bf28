using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>What a name in a function stands for.</summary>
/// <param name="Space">Where it lives.</param>
/// <param name="Register">A register's number in the kernel.</param>
/// <param name="Bytes">A register's width, 0 for a predicate; a variable's size.</param>
/// <param name="Address">A variable's address or offset in its space.</param>
/// <param name="IsArgument">Whether it is an argument of a call, kept beside local memory.</param>
/// <param name="IsDynamicShared">Whether it is where dynamic shared memory begins.</param>
internal sealed record NamedThing(
    PtxStateSpace Space, int Register, long Bytes, ulong Address, bool IsArgument = false, bool IsDynamicShared = false);
