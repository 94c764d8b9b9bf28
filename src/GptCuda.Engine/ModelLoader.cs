using System.Diagnostics;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine;

/// <summary>Puts a model together: weights, vocabulary, machine, cache.</summary>
internal static class ModelLoader
{
    public static GptModel Load(string model, ModelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        long since = Stopwatch.GetTimestamp();
        string? deviceReason = ChooseDevice(options.Device);
        bool synthetic = model.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal);
        string location = synthetic ? model : ModelDirectory.Resolve(model, options.ModelsDirectory);
        using var weights = WeightSource.Open(location);
        var tokenizer = !synthetic && Tokenizer.IsIn(location) ? Tokenizer.Load(location) : null;
        var cpu = new CpuOptions
        {
            WeightType = options.WeightType ?? ElementType.F32,
            Threads = options.Threads ?? Environment.ProcessorCount,
        };
        cpu = cpu with { SlotCount = options.Slots ?? SlotsThatFit(weights.Configuration, cpu) };
        var backend = CpuBackend.Create(weights, cpu);
        return new GptModel(backend, tokenizer, weights.Location, Stopwatch.GetElapsedTime(since))
        {
            DeviceReason = deviceReason,
            Notes = [.. weights.Notes],
        };
    }

    /// <summary>Why the CPU computes, where that was left open.</summary>
    private static string? ChooseDevice(DeviceSelection device) => device.Kind switch
    {
        DeviceKind.Cpu => null,
        DeviceKind.Auto => "device: cpu (this build has no CUDA backend)",
        _ => throw new PlatformNotSupportedException(
            $"device {device} cannot be used: this build of GptCuda has no CUDA backend, it computes on the CPU only (device cpu)"),
    };

    /// <summary>Slots for half of the memory that the weights leave. Their pages are taken only as sequences fill them.</summary>
    private static int SlotsThatFit(GptConfiguration configuration, CpuOptions options)
    {
        var memory = CpuMemory.Of(configuration, options);
        long left = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - memory.Weights - memory.Activations;
        return (int)Math.Clamp(left / 2 / memory.CachePerSlot, 1, GptModel.DefaultSlotLimit);
    }
}
