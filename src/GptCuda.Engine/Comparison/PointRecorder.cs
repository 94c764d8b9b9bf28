using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Comparison;

/// <summary>Keeps the values of every point.</summary>
internal sealed class PointRecorder : IForwardObserver
{
    /// <summary>What was seen, by point and layer.</summary>
    public Dictionary<(ForwardPoint Point, int Layer), float[]> Seen { get; } = [];

    /// <inheritdoc/>
    public void Observe(ForwardPoint point, int layer, ReadOnlySpan<float> values) => Seen.Add((point, layer), values.ToArray());
}
