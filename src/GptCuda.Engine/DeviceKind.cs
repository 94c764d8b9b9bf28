namespace GptCuda.Engine;

/// <summary>A kind of machine that runs a model.</summary>
public enum DeviceKind
{
    /// <summary>Whatever is best here.</summary>
    Auto,

    /// <summary>The processor, with its vector instructions.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}
