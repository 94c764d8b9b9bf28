namespace GptCuda.Cli.Bench;

/// <summary>What a device gave in the same run, before or after its cases, whichever was more.</summary>
/// <param name="Device">As <c>--device</c> names it.</param>
/// <param name="Threads">Threads at work at once; null on another device than the CPU.</param>
/// <param name="BytesPerSecond">Memory read in order.</param>
/// <param name="FlopsPerSecond">f32 fused multiply-adds in registers, two operations each.</param>
internal sealed record BenchLimit(string Device, int? Threads, double BytesPerSecond, double FlopsPerSecond);
