namespace GptCuda.Cli.Output;

/// <summary>One GPU in what <c>devices</c> tells.</summary>
/// <param name="Device">N of <c>--device cuda:N</c>.</param>
/// <param name="Name">The driver's name for it.</param>
/// <param name="ComputeCapability">For example 9.0.</param>
/// <param name="MemoryBytes">Bytes of memory.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="L2Bytes">Bytes of second-level cache.</param>
/// <param name="BytesPerSecond">Peak memory bandwidth; null where the driver does not give the memory's clock.</param>
internal sealed record DeviceFacts(
    int Device, string Name, string ComputeCapability, long MemoryBytes, int Multiprocessors, long L2Bytes, long? BytesPerSecond);
