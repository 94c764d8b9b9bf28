namespace GptCuda.Kernels.Launching;

/// <summary>Attributes of a launch.</summary>
[Flags]
public enum LaunchOptions
{
    /// <summary>An ordinary launch.</summary>
    None = 0,

    /// <summary>All blocks run at once and may wait for each other; refused where they do not fit.</summary>
    Cooperative = 1,

    /// <summary>
    /// The kernel may begin before the one before it in the stream has ended, and waits for it itself
    /// (griddepcontrol.wait); from compute capability 9.0 on.
    /// </summary>
    Overlapping = 2,
}
