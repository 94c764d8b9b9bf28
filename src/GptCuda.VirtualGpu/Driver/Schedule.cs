namespace GptCuda.VirtualGpu.Driver;

/// <summary>When submitted work is done. Hardware may do either, so a program has to be right under both.</summary>
internal enum Schedule
{
    /// <summary>"eager": at submission, before the call returns.</summary>
    Eager,

    /// <summary>"lazy": not before something waits for it, and then only what that depends on.</summary>
    Lazy,
}
