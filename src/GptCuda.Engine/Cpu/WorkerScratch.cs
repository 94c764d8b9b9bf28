namespace GptCuda.Engine.Cpu;

/// <summary>Scratch memory for each thread of a pool; what it holds is good for one unit of work.</summary>
internal sealed unsafe class WorkerScratch(int threads, int length) : IDisposable
{
    private readonly NativeBuffer<float> _memory = new((long)threads * Stride(length));

    /// <summary>Numbers that all threads together take.</summary>
    public static long TotalLength(int threads, int length) => (long)threads * Stride(length);

    /// <summary>A thread's first number.</summary>
    public float* Of(int worker) => _memory.Pointer + (worker * Stride(length));

    public void Dispose() => _memory.Dispose();

    /// <summary>Threads' parts start on cache lines of their own.</summary>
    private static long Stride(int length) => (length + 31L) & ~31L;
}
