namespace GptCuda.VirtualGpu.Checking;

/// <summary>The .scope qualifier: the threads towards which an access is strong.</summary>
public enum MemoryScope : byte
{
    /// <summary>.cta: the threads of the same block.</summary>
    Block,
    /// <summary>.cluster: the threads of the same cluster. No cluster of more than one block is launched here.</summary>
    Cluster,
    /// <summary>.gpu: every thread of the device. The default of atom and red; membar.gl.</summary>
    Device,
    /// <summary>.sys: every thread of device and host.</summary>
    System,
}
