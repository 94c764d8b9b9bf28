using GptCuda.Cli.Output;

namespace GptCuda.Cli.SelfTest;

/// <summary>What <c>selftest</c> tells; the order of the properties is that of the output.</summary>
/// <param name="Version">Of this program.</param>
/// <param name="Success">Whether everything that could be run passed.</param>
/// <param name="Passed">Checks that passed.</param>
/// <param name="Failed">Checks that failed.</param>
/// <param name="Skipped">Checks that could not be run here.</param>
/// <param name="Seconds">All together.</param>
/// <param name="System">The machine.</param>
/// <param name="Cuda">Its CUDA libraries and GPUs.</param>
/// <param name="Gpu">The GPU that was tested; null where none was.</param>
/// <param name="GpuNotTested">Why none was; null where one was.</param>
/// <param name="Checks">In the order in which they ran.</param>
internal sealed record SelfTestFacts(
    string Version,
    bool Success,
    int Passed,
    int Failed,
    int Skipped,
    double Seconds,
    SystemFacts System,
    MachineFacts Cuda,
    DeviceFacts? Gpu,
    string? GpuNotTested,
    IReadOnlyList<CheckFacts> Checks);
