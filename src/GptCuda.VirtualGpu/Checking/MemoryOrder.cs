namespace GptCuda.VirtualGpu.Checking;

/// <summary>The .sem qualifier of a memory instruction or fence (PTX ISA, "Memory Consistency Model").</summary>
public enum MemoryOrder : byte
{
    /// <summary>An ordinary access: orders nothing, and races with any conflicting access that is not ordered with it.</summary>
    Weak,
    /// <summary>A strong access that orders nothing by itself. atom and red without a qualifier are relaxed.</summary>
    Relaxed,
    /// <summary>Acquires what was released to the value that it reads.</summary>
    Acquire,
    /// <summary>Releases everything before it to whoever acquires the value that it writes.</summary>
    Release,
    /// <summary>Both; of a fence: fence.acq_rel.</summary>
    AcquireRelease,
    /// <summary>fence.sc and membar: also totally ordered with the other fences of its kind.</summary>
    SequentiallyConsistent,
    /// <summary>ld.volatile and st.volatile: as <see cref="Relaxed"/> at system scope.</summary>
    Volatile,
}
