using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>Keeps what it sees, in order.</summary>
internal sealed class RecordingObserver : IForwardObserver
{
    public List<(ForwardPoint Point, int Layer, float[] Values)> Seen { get; } = [];

    public void Observe(ForwardPoint point, int layer, ReadOnlySpan<float> values) => Seen.Add((point, layer, values.ToArray()));
}
