using System.Diagnostics;
using System.Runtime.Intrinsics;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Measuring;

/// <summary>
/// Measures the processor with a number of threads at work at once: reading memory, and fused multiply-adds in registers.
/// </summary>
internal static unsafe class CpuLimits
{
    /// <summary>Pieces of 4.7 MB that are read in one go: together far more than any cache keeps.</summary>
    private const int StreamUnits = 64;

    private const int BlocksPerUnit = 64;
    private const int Chains = 1 << 20;
    private const int ArithmeticUnits = 4;
    private const int Rounds = 5;

    /// <summary>The best of a few short rounds.</summary>
    public static MachineLimits Measure(int threads) => VectorWidths.Widest switch
    {
        VectorWidth.Bits512 => Measure<Lanes512, Vector512<float>>(threads),
        VectorWidth.Bits256 => Measure<Lanes256, Vector256<float>>(threads),
        VectorWidth.Bits128 => Measure<Lanes128, Vector128<float>>(threads),
        _ => Measure<LanesScalar, float>(threads),
    };

    private static MachineLimits Measure<TLanes, TVector>(int threads)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        using var pool = new WorkerPool(threads);
        const int Part = BlocksPerUnit * MachineLoops<TLanes, TVector>.BlockLength;
        using var memory = new NativeBuffer<float>((long)StreamUnits * Part, hugePages: true);
        using var results = new NativeBuffer<float>(16L * threads);
        float* source = memory.Pointer, sums = results.Pointer;
        new Span<float>(sums, 16 * threads).Clear();
        pool.For(StreamUnits, (unit, _) => new Span<float>(source + ((long)unit * Part), Part).Fill(1));

        double bytes = 0, flops = 0, length = memory.Length * (double)sizeof(float);
        for (int round = 0; round < Rounds; round++)
        {
            bytes = Math.Max(bytes, length / Seconds(pool, StreamUnits, Read(rows: 1)));
            bytes = Math.Max(bytes, length / Seconds(pool, StreamUnits, Read(rows: 8)));
            double operations = 2.0 * MachineLoops<TLanes, TVector>.ChainCount * TLanes.Count * Chains * ArithmeticUnits * threads;
            flops = Math.Max(flops, operations / Seconds(
                pool, ArithmeticUnits * threads, (_, worker) => MachineLoops<TLanes, TVector>.MultiplyAdd(sums + (16 * worker), Chains)));
        }

        return new(bytes, flops);

        Action<int, int> Read(int rows) => (unit, worker) =>
            MachineLoops<TLanes, TVector>.Sum(source + ((long)unit * Part), BlocksPerUnit, rows, sums + (16 * worker));
    }

    private static double Seconds(WorkerPool pool, int units, Action<int, int> body)
    {
        long since = Stopwatch.GetTimestamp();
        pool.For(units, body);
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }
}
