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
        var clock = new LoadClock();
        bool synthetic = model.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal);
        string location = synthetic ? model : ModelDirectory.Resolve(model, options.ModelsDirectory);
        var weights = WeightSource.Open(location);
        try
        {
            var tokenizer = !synthetic && Tokenizer.IsIn(location) ? Tokenizer.Load(location) : null;
            clock.Done("files");
            string[] notes = [.. weights.Notes];
            string name = weights.Location;
            (IBackend backend, string? reason) = Choose(weights, options, clock);
            // The CPU may compute on the files for a while, and owns them; a GPU has everything in its own memory.
            if (backend is not CpuBackend)
                weights.Dispose();
            return new GptModel(backend, tokenizer, name, clock.Total, clock.Parts) { DeviceReason = reason, Notes = notes };
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The machine that computes, and why, where that was left open.</summary>
    private static (IBackend Backend, string? Reason) Choose(IWeightSource weights, ModelOptions options, LoadClock clock)
    {
        if (options.Device.Kind == DeviceKind.Cpu)
            return (OnCpu(weights, options, clock), null);
        try
        {
            CudaBackend backend = OnGpu(weights, options, clock);
            return (backend, options.Device.Kind == DeviceKind.Auto ? $"device: {backend.Description}" : null);
        }
        catch (Exception exception) when (IsLack(exception))
        {
            string why = FirstLine(exception.Message);
            if (options.Device.Kind == DeviceKind.Auto)
                return (OnCpu(weights, options, clock), $"device: cpu ({FirstSentence(why)})");
            throw new PlatformNotSupportedException(
                $"device {options.Device} cannot be used: {why.TrimEnd('.')}. "
                + "`gptcuda devices` says more of what was looked for and found.",
                exception);
        }
    }

    /// <summary>Whether the machine, and not the model, is why it cannot be run on a GPU.</summary>
    private static bool IsLack(Exception exception) =>
        exception is LibraryNotFoundException or MissingSymbolException or CudaException or NvrtcException
        or CublasException or NotSupportedException or InsufficientMemoryException;

    private static string FirstLine(string message) => message.AsSpan().IndexOf('\n') is var end and >= 0 ? message[..end] : message;

    /// <summary>Who left the choice open wants the reason, not the advice.</summary>
    private static string FirstSentence(string line) =>
        line.IndexOf(". ", StringComparison.Ordinal) is var end and >= 0 ? line[..end] : line.TrimEnd('.');

    private static CudaBackend OnGpu(IWeightSource weights, ModelOptions options, LoadClock clock)
    {
        var libraries = CudaLibraries.Find();
        if (options.Device.Index >= libraries.Driver.DeviceCount)
            throw new NotSupportedException($"There is no GPU {options.Device.Index}: the driver has {libraries.Driver.DeviceCount}.");
        clock.Done("CUDA libraries");
        return CudaBackend.Create(
            weights,
            libraries,
            new CudaOptions
            {
                Device = options.Device.Index,
                WeightType = options.WeightType,
                SlotCount = options.Slots,
                Notice = options.Notice,
                Done = clock.Done,
            });
    }

    private static CpuBackend OnCpu(IWeightSource weights, ModelOptions options, LoadClock clock)
    {
        var cpu = new CpuOptions
        {
            WeightType = options.WeightType ?? ElementType.F32,
            Threads = options.Threads ?? Environment.ProcessorCount,
        };
        var backend = CpuBackend.CreateOwning(weights, cpu with { SlotCount = options.Slots ?? SlotsThatFit(weights.Configuration, cpu) });
        clock.Done("weights and cache");
        return backend;
    }

    /// <summary>Slots for half of the memory that the weights leave. Their pages are taken only as sequences fill them.</summary>
    private static int SlotsThatFit(GptConfiguration configuration, CpuOptions options)
    {
        var memory = CpuMemory.Of(configuration, options);
        long left = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - memory.Weights - memory.Activations;
        return (int)Math.Clamp(left / 2 / memory.CachePerSlot, 1, GptModel.DefaultSlotLimit);
    }
}
