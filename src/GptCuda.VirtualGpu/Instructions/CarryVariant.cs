namespace GptCuda.VirtualGpu.Instructions;

/// <summary>How an instruction uses the carry flag.</summary>
[Flags]
internal enum CarryVariant
{
    /// <summary>Not at all.</summary>
    None = 0,
    /// <summary>It subtracts.</summary>
    Subtract = 1,
    /// <summary>It adds the flag.</summary>
    CarryIn = 2,
    /// <summary>It sets the flag.</summary>
    CarryOut = 4,
}
