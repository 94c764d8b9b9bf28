namespace GptCuda.Engine.Cpu.Measuring;

/// <summary>The most that a machine gives, as measured on it: what the speed of a model is a fraction of.</summary>
/// <param name="BytesPerSecond">Memory read from one end to the other.</param>
/// <param name="FlopsPerSecond">f32 multiplications and additions, two for each fused multiply-add.</param>
internal sealed record MachineLimits(double BytesPerSecond, double FlopsPerSecond)
{
    /// <summary>The greater of each: whatever else the machine does meanwhile only takes from them.</summary>
    public MachineLimits Or(MachineLimits other) =>
        new(Math.Max(BytesPerSecond, other.BytesPerSecond), Math.Max(FlopsPerSecond, other.FlopsPerSecond));
}
