using System.Diagnostics;
using System.Reflection;
using GptCuda.Cli.Output;
using GptCuda.Engine;
using GptCuda.Engine.Download;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Libraries;
using GptCuda.KernelSuite;

namespace GptCuda.Cli.SelfTest;

/// <summary>All of <c>selftest</c>: the CPU, the kernels, and models on the GPU.</summary>
internal static class SelfTestRun
{
    private const string OfficialSize = "124M", Cpu = "cpu", Cuda = "cuda";

    private const int Tokens = 16, QuickTokens = 4;

    /// <param name="options">What to do.</param>
    /// <param name="onCheck">Told of each check as it ends.</param>
    public static SelfTestFacts Run(SelfTestOptions options, Action<CheckFacts> onCheck)
    {
        long since = Stopwatch.GetTimestamp();
        var log = new CheckLog { OnCheck = onCheck };
        CudaInventory inventory = CudaInventory.Take();
        MachineFacts machine = MachineFacts.Of(inventory);
        RunCpu(options, log);

        string? reason = options.Device.Kind == DeviceKind.Cpu ? "--device cpu was asked for." : WhyNoGpu(machine, options.Device.Index);
        if (reason is null)
            RunGpu(options, inventory.Devices[options.Device.Index], log);
        else if (options.Device.Kind == DeviceKind.Cuda)
            log.Fail(Cuda, $"device {options.Device}", reason!);

        int Count(string status) => log.Checks.Count(check => check.Status == status);
        return new(
            typeof(SelfTestRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            Count(CheckFacts.Failed) == 0,
            Count(CheckFacts.Passed),
            Count(CheckFacts.Failed),
            Count(CheckFacts.Skipped),
            Stopwatch.GetElapsedTime(since).TotalSeconds,
            SystemFacts.OfThisMachine(),
            machine,
            reason is null ? machine.Devices[options.Device.Index] : null,
            reason,
            log.Checks);
    }

    private static void RunCpu(SelfTestOptions options, CheckLog log)
    {
        ModelOptions cpu = Model(options, DeviceSelection.Cpu);
        log.Run(Cpu, "tiny model, f32: golden logits and text", () => ModelChecks.Golden(cpu, int.MaxValue, int.MaxValue));
        foreach (ElementType type in Enum.GetValues<ElementType>())
            log.Run(Cpu, $"tiny model, {MemoryFacts.NameOf(type)}: every point", () => ModelChecks.Type(cpu, type, Tokens));
        Official(Cpu, cpu, options, log);
    }

    private static void RunGpu(SelfTestOptions options, CudaDevice device, CheckLog log)
    {
        CudaLibraries? libraries = null;
        log.Run(KernelSuiteRun.Group, "libraries", () =>
        {
            libraries = CudaLibraries.Find();
            return null;
        });
        KernelCheck[] checks = [.. KernelChecks.All.Where(check => !(options.Quick && check.IsVariation))];
        if (libraries is not null)
            new KernelSuiteRun(libraries, device.Ordinal).Run(checks, log);

        ModelOptions cuda = Model(options, DeviceSelection.Cuda(device.Ordinal));
        (int prompts, int most, int tokens) = options.Quick ? (2, Tokens, QuickTokens) : (int.MaxValue, int.MaxValue, Tokens);
        log.Run(Cuda, "tiny model, f32: golden logits and text", () => ModelChecks.Golden(cuda, prompts, most));
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            string name = $"tiny model, {MemoryFacts.NameOf(type)}: every point";
            if (type == ElementType.BF16 && !BrainFloat.IsOn(device.ComputeCapability))
                log.Skip(Cuda, name, BrainFloat.Missing(device.ComputeCapability));
            else
                log.Run(Cuda, name, () => ModelChecks.Type(cuda, type, tokens));
        }
        Official(Cuda, cuda, options, log);
    }

    /// <summary>The official model's text, where that was downloaded under its size or its repository's name.</summary>
    private static void Official(string group, ModelOptions model, SelfTestOptions options, CheckLog log)
    {
        const string Name = $"official {OfficialSize}, f32: OpenAI's text";
        string[] names = [OfficialSize, OfficialModels.Repositories[OfficialSize]];
        string[] folders = [.. names.Select(name => ModelDirectory.PathOf(name, options.ModelsDirectory))];
        if (options.Quick)
            log.Skip(group, Name, "left out by --quick");
        else if (Array.Find(folders, Directory.Exists) is { } folder)
            log.Run(group, Name, () => ModelChecks.Official(model, folder));
        else
            log.Skip(group, Name, $"not downloaded: gptcuda download {OfficialSize}");
    }

    private static ModelOptions Model(SelfTestOptions options, DeviceSelection device) =>
        new() { Device = device, Threads = options.Threads, Slots = 1 };

    private static string? WhyNoGpu(MachineFacts machine, int ordinal) =>
        machine.Driver.Problem is { } driver ? FirstLine(driver)
        : machine.Devices.Count == 0 ? "The NVIDIA driver has no GPU."
        : ordinal >= machine.Devices.Count ? $"There is no GPU {ordinal}: the driver has {machine.Devices.Count}."
        : machine.Nvrtc.Problem is { } nvrtc ? FirstLine(nvrtc)
        : null;

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r');
}
