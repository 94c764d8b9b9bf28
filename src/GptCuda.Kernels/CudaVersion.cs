namespace GptCuda.Kernels;

/// <summary>A CUDA version as NVIDIA's libraries count it: 1000 x major + 10 x minor.</summary>
public static class CudaVersion
{
    /// <summary>For example 12.4 for 12040.</summary>
    public static string Text(int version) => $"{version / 1000}.{version % 1000 / 10}";
}
