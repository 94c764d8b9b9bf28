using GptCuda.Kernels.Libraries;

namespace GptCuda.Cli.Output;

/// <summary>What <c>devices</c> tells; the order of the properties is that of the output.</summary>
/// <param name="Driver">The driver; its version is the newest CUDA version that it supports.</param>
/// <param name="Nvrtc">The run-time compiler.</param>
/// <param name="Cublas">Matrix products.</param>
/// <param name="Devices">The GPUs.</param>
/// <param name="Notices">What was found and passed over.</param>
internal sealed record MachineFacts(
    LibraryFacts Driver, LibraryFacts Nvrtc, LibraryFacts Cublas, IReadOnlyList<DeviceFacts> Devices, IReadOnlyList<string> Notices)
{
    public static MachineFacts Of(CudaInventory inventory)
    {
        LibraryFacts Library(CudaLibrary library)
        {
            LibraryReport report = inventory.Libraries.Single(found => found.Library == library);
            return new(report.Version, report.Path, report.Problem);
        }
        return new(
            Library(CudaLibrary.Driver),
            Library(CudaLibrary.Nvrtc),
            Library(CudaLibrary.Cublas),
            [.. inventory.Devices.Select(device => new DeviceFacts(
                device.Ordinal,
                device.Name,
                device.ComputeCapability.ToString(),
                device.MemoryBytes,
                device.MultiprocessorCount,
                device.L2Bytes,
                device.BytesPerSecond))],
            inventory.Notices);
    }
}
