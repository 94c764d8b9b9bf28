using GptCuda.Engine.Weights;

namespace GptCuda.Engine;

/// <summary>How a model is loaded.</summary>
/// <remarks>A value out of its range is refused where it is set.</remarks>
public sealed record ModelOptions
{
    /// <summary>The machine that computes. <c>cuda</c> that cannot be had is an error, never the CPU instead.</summary>
    public DeviceSelection Device { get; init; }

    /// <summary>
    /// How matrices are held in memory; null is the device's default: f32 on the CPU, bf16 on a GPU, f16 on one older than that.
    /// </summary>
    public ElementType? WeightType
    {
        get;
        init => field = value is null || Enum.IsDefined(value.Value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(WeightType), value, "WeightType must be F32, BF16, F16 or Int8");
    }

    /// <summary>Threads that compute on the CPU; null for one a logical processor. Results do not depend on it.</summary>
    public int? Threads
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Threads), value, "Threads must be at least 1");
    }

    /// <summary>
    /// Sequences computed at a time, each with a cache slot of the context length; null for as many as fit in half of the memory
    /// that is left beside the weights, at most <see cref="GptModel.DefaultSlotLimit"/>. Results do not depend on it.
    /// </summary>
    public int? Slots
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Slots), value, "Slots must be at least 1");
    }

    /// <summary>
    /// Told what is worth knowing before it is done, a line each: the memory that will be taken of a GPU. Null for nobody.
    /// </summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Where models are looked up by name; null for <c>GPTCUDA_MODELS</c>, else the user's cache folder.</summary>
    public string? ModelsDirectory { get; init; }
}
