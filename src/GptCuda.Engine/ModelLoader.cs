using System.Diagnostics;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Native;

namespace GptCuda.Engine;

/// <summary>Puts a model together: weights, vocabulary, machine, cache.</summary>
internal static class ModelLoader
{
    public static GptModel Load(string model, ModelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        long since = Stopwatch.GetTimestamp();
        bool synthetic = model.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal);
        string location = synthetic ? model : ModelDirectory.Resolve(model, options.ModelsDirectory);
        using var weights = WeightSource.Open(location);
        var tokenizer = !synthetic && Tokenizer.IsIn(location) ? Tokenizer.Load(location) : null;
        (IBackend backend, string? reason) = Choose(weights, options);
        return new GptModel(backend, tokenizer, weights.Location, Stopwatch.GetElapsedTime(since))
        {
            DeviceReason = reason,
            Notes = [.. weights.Notes],
        };
    }

    /// <summary>The machine that computes, and why, where that was left open.</summary>
    private static (IBackend Backend, string? Reason) Choose(IWeightSource weights, ModelOptions options)
    {
        if (options.Device.Kind == DeviceKind.Cpu)
            return (OnCpu(weights, options), null);
        try
        {
            CudaBackend backend = OnGpu(weights, options);
            return (backend, options.Device.Kind == DeviceKind.Auto ? $"device: {backend.Description}" : null);
        }
        catch (Exception exception) when (IsLack(exception))
        {
            string why = FirstLine(exception.Message);
            if (options.Device.Kind == DeviceKind.Auto)
                return (OnCpu(weights, options), $"device: cpu ({FirstSentence(why)})");
            throw new PlatformNotSupportedException(
                $"device {options.Device} cannot be used: {why} `gptcuda devices` says more of what was looked for and found.", exception);
        }
    }

    /// <summary>Whether the machine, and not the model, is why it cannot be run on a GPU.</summary>
    private static bool IsLack(Exception exception) => exception is LibraryNotFoundException or MissingSymbolException or CudaException or NvrtcException
        or CublasException or NotSupportedException or InsufficientMemoryException or ArgumentOutOfRangeException { ParamName: "ordinal" };

    private static string FirstLine(string message) => message.AsSpan().IndexOf('\n') is var end and >= 0 ? message[..end] : message;

    /// <summary>Who left the choice open wants the reason, not the advice.</summary>
    private static string FirstSentence(string line) => line.IndexOf(". ", StringComparison.Ordinal) is var end and >= 0 ? line[..end] : line.TrimEnd('.');

    private static CudaBackend OnGpu(IWeightSource weights, ModelOptions options)
    {
        var libraries = CudaLibraries.Find();
        if (libraries.Driver.DeviceCount == 0)
            throw new NotSupportedException("The NVIDIA driver is there, but no GPU.");
        return CudaBackend.Create(
            weights, libraries,
            new CudaOptions { Device = options.Device.Index, WeightType = options.WeightType, SlotCount = options.Slots, Notice = options.Notice });
    }

    private static CpuBackend OnCpu(IWeightSource weights, ModelOptions options)
    {
        var cpu = new CpuOptions
        {
            WeightType = options.WeightType ?? ElementType.F32,
            Threads = options.Threads ?? Environment.ProcessorCount,
        };
        return CpuBackend.Create(weights, cpu with { SlotCount = options.Slots ?? SlotsThatFit(weights.Configuration, cpu) });
    }

    /// <summary>Slots for half of the memory that the weights leave. Their pages are taken only as sequences fill them.</summary>
    private static int SlotsThatFit(GptConfiguration configuration, CpuOptions options)
    {
        var memory = CpuMemory.Of(configuration, options);
        long left = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - memory.Weights - memory.Activations;
        return (int)Math.Clamp(left / 2 / memory.CachePerSlot, 1, GptModel.DefaultSlotLimit);
    }
}
