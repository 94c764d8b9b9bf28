namespace GptCuda.VirtualGpu.Checking;

/// <summary>Why a launch was stopped or refused.</summary>
public enum FaultKind
{
    /// <summary>An access outside of every allocation, or outside of the block's shared or the thread's local memory.</summary>
    OutOfBounds,
    /// <summary>An access to an allocation that has been freed.</summary>
    UseAfterFree,
    /// <summary>An address that is no multiple of the access's size.</summary>
    Misaligned,
    /// <summary>A read of bytes that nothing has written.</summary>
    UninitializedRead,
    /// <summary>Two conflicting accesses of different threads that nothing orders.</summary>
    Race,
    /// <summary>A store to constant memory or to kernel parameters.</summary>
    ReadOnlyWrite,
    /// <summary>A write, anywhere in the launch, to bytes that the launch also reads with ld.global.nc.</summary>
    NonCoherentWrite,
    /// <summary>The destination of a cp.async touched before its wait.</summary>
    AsyncCopyPending,
    /// <summary>A barrier that some live thread never reaches.</summary>
    BarrierNotReached,
    /// <summary>A warp-wide instruction whose mask names a lane that does not execute it.</summary>
    InactiveLane,
    /// <summary>No warp can advance.</summary>
    Deadlock,
    /// <summary>More instructions than the budget allows.</summary>
    InstructionBudget,
    /// <summary>The kernel executed trap.</summary>
    Trap,
    /// <summary>An instruction or operand that the architecture does not have.</summary>
    IllegalInstruction,
    /// <summary>A launch with more resources than the device gives.</summary>
    LaunchOutOfResources,
    /// <summary>A cooperative launch, or a grid barrier, with more blocks than fit at once.</summary>
    CooperativeLaunchTooLarge,
    /// <summary>Launch parameters that no device accepts.</summary>
    InvalidLaunch,
}
