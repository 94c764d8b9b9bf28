using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Runs launches to their end.</summary>
/// <param name="memory">The device's memory.</param>
/// <param name="profile">The device.</param>
/// <param name="level">How much is checked.</param>
/// <param name="options">How launches are executed.</param>
internal sealed class Executor(DeviceMemory memory, DeviceProfile profile, CheckLevel level, ExecutionOptions options)
{
    /// <summary>Launches a kernel and waits for its end.</summary>
    /// <param name="request">The launch, whose limits the caller has checked against the device.</param>
    /// <param name="cache">The device's L2, which lasts from launch to launch; null when nobody asks for bytes of memory.</param>
    /// <returns>The launch, with what it did in <see cref="LaunchChecker.Counters"/>.</returns>
    /// <exception cref="VirtualFault">The kernel has faulted; what it wrote until then is written.</exception>
    /// <exception cref="ArgumentException">The parameter buffer is too short.</exception>
    public LaunchChecker Launch(LaunchRequest request, L2Cache? cache = null)
    {
        Kernel kernel = request.Kernel;
        if (request.Parameters.Length < kernel.ParameterBytes)
            throw new ArgumentException($"{kernel.Name} takes {kernel.ParameterBytes} bytes of parameters, {request.Parameters.Length} are given", nameof(request));
        var checker = new LaunchChecker(memory, profile, level, Describe(request), cache);
        long resident = request.Cooperative
            ? request.Grid.Count
            : Math.Max(1, (long)profile.Multiprocessors * checker.Counters.Occupancy!.BlocksPerMultiprocessor);
        using var context = new LaunchContext(request, checker, options);
        new BlockScheduler(context, resident).Run();
        checker.Complete();
        return checker;
    }

    /// <summary>A launch as checks and messages see it.</summary>
    public static LaunchDescription Describe(LaunchRequest request) => new(
        request.Kernel.Name,
        request.Grid,
        request.Block,
        request.Kernel.StaticSharedBytes + request.DynamicSharedBytes,
        request.Kernel.LocalBytes,
        request.Kernel.ParameterBytes,
        request.Cooperative,
        request.RegistersPerThread,
        request.Kernel.Source);
}
