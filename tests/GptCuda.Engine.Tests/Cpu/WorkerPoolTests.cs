using System.Diagnostics;
using GptCuda.Engine.Cpu;

namespace GptCuda.Engine.Tests.Cpu;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void For_ManyLoops_RunsEachUnitOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        var runs = new int[1025];
        for (int loop = 0; loop < 300; loop++)
        {
            int count = (loop * 37) % runs.Length;
            Array.Clear(runs);
            pool.For(count, (unit, worker) =>
            {
                Assert.InRange(worker, 0, threads - 1);
                Interlocked.Increment(ref runs[unit]);
            });
            Assert.Equal(count, runs.Sum());
            Assert.Equal(count == 0 ? 0 : 1, runs.Max());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void For_BodyThrows_ThrowsAndGoesOnWorking(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (int loop = 0; loop < 20; loop++)
        {
            var failure = Assert.Throws<InvalidOperationException>(() => pool.For(100, (unit, _) =>
            {
                if (unit == 5)
                    throw new InvalidOperationException("unit 5");
            }));
            Assert.Equal("unit 5", failure.Message);

            int sum = 0;
            pool.For(100, (unit, _) => Interlocked.Add(ref sum, unit));
            Assert.Equal(4950, sum);
        }
    }

    [Fact]
    public void Threads_WithoutWork_Sleep()
    {
        using var pool = new WorkerPool(3);
        pool.For(100, (_, _) => { });

        var patience = Stopwatch.StartNew();
        while (!pool.Workers.All(worker => worker.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin)))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "a thread still spins");
            Thread.Sleep(5);
        }

        int sum = 0;
        pool.For(3, (unit, _) => Interlocked.Add(ref sum, unit + 1));
        Assert.Equal(6, sum);
    }

    [Fact]
    public void Dispose_AfterWork_EndsThreads()
    {
        var pool = new WorkerPool(3);
        pool.For(10, (_, _) => { });
        pool.Dispose();

        Assert.All(pool.Workers, worker => Assert.False(worker.IsAlive));
    }
}
