namespace GptCuda.VirtualGpu.Driver;

/// <summary>A call that the driver refuses; becomes its status code at the boundary.</summary>
internal sealed class DriverException(CUresult code, string message) : Exception(message)
{
    /// <summary>The status code.</summary>
    public CUresult Code { get; } = code;
}
