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
            SlotCount = options.Slots ?? 1,
        };
        cpu = cpu with { SlotCount = CountSlots(weights, cpu, options.Slots) };
        var backend = new CpuBackend(weights, cpu);
        return new GptModel(backend, tokenizer, weights.Location, Stopwatch.GetElapsedTime(since), deviceReason);
    }

    /// <summary>Why the CPU computes, where that was left open.</summary>
    private static string? ChooseDevice(DeviceSelection device) => device.Kind switch
    {
        DeviceKind.Cpu => null,
        DeviceKind.Auto => "device: cpu (this build has no CUDA backend)",
        _ => throw new PlatformNotSupportedException(
            $"device {device} cannot be used: this build of GptCuda has no CUDA backend, it computes on the CPU only (device cpu)"),
    };

    private static int CountSlots(IWeightSource weights, CpuOptions options, int? wanted)
    {
        var memory = CpuMemory.Of(weights.Configuration, options);
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        long besides = memory.Weights + memory.Activations;
        if (wanted is null)
            return (int)Math.Clamp((available - besides) / 2 / memory.CachePerSlot, 1, GptModel.DefaultSlotLimit);
        if (memory.Total <= available)
            return wanted.Value;
        throw new InsufficientMemoryException(
            $"{weights.Location} with {wanted} sequences at a time takes {Gigabytes(memory.Total)}: weights {Gigabytes(memory.Weights)}, "
            + $"cache {wanted} x {Gigabytes(memory.CachePerSlot)}, activations {Gigabytes(memory.Activations)}. "
            + $"This machine has {Gigabytes(available)}: ask for fewer sequences at a time, or a smaller weight type");
    }

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.000} GB");
}
