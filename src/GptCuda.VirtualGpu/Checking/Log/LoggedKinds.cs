namespace GptCuda.VirtualGpu.Checking.Log;

/// <summary>What a logged access did.</summary>
[Flags]
internal enum LoggedKinds : byte
{
    /// <summary>A weak read.</summary>
    None = 0,
    /// <summary>It wrote; an atomic both reads and writes.</summary>
    Write = 1,
    /// <summary>It was strong towards the whole device, and does not race with others that are.</summary>
    Strong = 2,
    /// <summary>It was ld.global.nc.</summary>
    NonCoherent = 4,
    /// <summary>It was strong towards its own block.</summary>
    StrongInBlock = 8,
    /// <summary>Of a strong access: the logarithm of its elements' size, in two bits.</summary>
    Size = 0x30,
}
