using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>A decoded kernel, ready to be launched any number of times at once.</summary>
internal sealed unsafe class Kernel
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The module that it belongs to.</summary>
    public required string Module { get; init; }

    /// <summary>Its parameters, in order.</summary>
    public required IReadOnlyList<KernelParameter> Parameters { get; init; }

    /// <summary>Bytes of its parameter buffer.</summary>
    public int ParameterBytes => Parameters.Count == 0 ? 0 : Parameters[^1].Offset + Parameters[^1].Bytes;

    /// <summary>Shared bytes of a block that it declares itself; dynamic ones begin behind them.</summary>
    public required int StaticSharedBytes { get; init; }

    /// <summary>Local bytes of a thread.</summary>
    public required int LocalBytes { get; init; }

    /// <summary>.maxntid, or zeros where it is not given.</summary>
    public required (int X, int Y, int Z) MaximumThreads { get; init; }

    /// <summary>.reqntid, or zeros where it is not given.</summary>
    public required (int X, int Y, int Z) RequiredThreads { get; init; }

    /// <summary>.minnctapersm, or 0.</summary>
    public required int MinimumBlocks { get; init; }

    /// <summary>The decoded instructions, pinned.</summary>
    internal required Instruction[] Code { get; init; }

    /// <summary>The basic blocks.</summary>
    internal required BasicBlock[] Blocks { get; init; }

    /// <summary>How many instructions of each class a block has, by block and class.</summary>
    internal required int[][] Classes { get; init; }

    /// <summary>Special registers that are set when a warp begins, with their byte offsets.</summary>
    internal required (SpecialRegister Special, int Offset)[] Specials { get; init; }

    /// <summary>Bytes of a warp's register file.</summary>
    internal required int RegisterFileBytes { get; init; }

    /// <summary>Local bytes of a thread, the arguments of calls included.</summary>
    internal required int FrameBytes { get; init; }

    /// <summary>Where each instruction comes from.</summary>
    internal required InstructionSource[] Sources { get; init; }

    /// <summary>Whether blocks may talk to each other through global memory.</summary>
    internal required bool OrdersBlocks { get; init; }

    /// <summary>Pinned arrays that the instructions point into.</summary>
    internal required object[] Pinned { get; init; }

    /// <summary>Where an instruction comes from, by its index.</summary>
    public InstructionSource Source(int instruction) =>
        (uint)instruction < (uint)Sources.Length ? Sources[instruction] : default;
}
