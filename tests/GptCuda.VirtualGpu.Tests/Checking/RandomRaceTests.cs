using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>Random programs against <see cref="NaiveOrder"/>: the checker must find a race exactly when there is one.</summary>
public sealed class RandomRaceTests
{
    private const int Threads = 96;
    private const int Programs = 800;

    [Theory]
    [InlineData(StateSpace.Shared)]
    [InlineData(StateSpace.Global)]
    public void OneBlock_RacesExactlyWhenTheOracleSaysSo(StateSpace space)
    {
        var races = 0;
        for (var seed = 0; seed < Programs; seed++)
        {
            using var rig = new Rig(threads: Threads);
            var random = new Random(seed);
            var oracle = new NaiveOrder(1, Threads);
            var x = 0UL;
            if (space == StateSpace.Global)
                x = rig.Allocate(256);
            for (var i = 0UL; i < 256 && space == StateSpace.Shared; i += 4)
                rig.Store(i, space: space);
            rig.Barrier();
            var trace = new List<string>();
            for (var step = 0; step < 14 && !oracle.AnyRace; step++)
            {
                var fault = Record.Exception(() => Step(rig, oracle, random, space, x, 0, 1, trace));
                Assert.True((fault is VirtualFault { Kind: FaultKind.Race }) == oracle.AnyRace,
                    $"seed {seed}: oracle {oracle.AnyRace}, checker {fault?.Message ?? "silent"}\n{string.Join('\n', trace)}");
            }
            races += oracle.AnyRace ? 1 : 0;
        }
        // Both verdicts must occur often, or the comparison says nothing.
        Assert.InRange(races, Programs / 10, Programs * 9 / 10);
    }

    [Fact]
    public void SeveralBlocks_RaceExactlyWhenTheOracleSaysSo()
    {
        const int blocks = 3;
        var races = 0;
        for (var seed = 0; seed < Programs; seed++)
        {
            using var rig = new Rig(blocks: blocks, threads: Threads);
            var random = new Random(seed);
            var oracle = new NaiveOrder(blocks, Threads);
            var x = rig.Allocate(256);
            for (var block = 0; block < blocks; block++)
                rig.Block(block);
            var trace = new List<string>();
            var fault = Record.Exception(() =>
            {
                for (var step = 0; step < 9; step++)
                    Step(rig, oracle, random, StateSpace.Global, x, random.Next(blocks), blocks, trace);
                rig.Complete();
            });
            Assert.True((fault is VirtualFault { Kind: FaultKind.Race }) == oracle.AnyRace,
                $"seed {seed}: oracle {oracle.AnyRace}, checker {fault?.Message ?? "silent"}\n{string.Join('\n', trace)}");
            races += oracle.AnyRace ? 1 : 0;
        }
        Assert.InRange(races, Programs / 10, Programs * 9 / 10);
    }

    /// <summary>One random event, told to both. Few places and many synchronisations, so that ordered conflicts are common.</summary>
    private static void Step(
        Rig rig, NaiveOrder oracle, Random random, StateSpace space, ulong x, int block, int blocks, List<string> trace)
    {
        var warp = random.Next(3);
        // Mostly few lanes, so that they meet again.
        uint[] masks = [1u, 2u, 3u, uint.MaxValue, 0xff, 0x80000000u, 1u, 2u];
        var mask = masks[random.Next(masks.Length)];
        int[] lanes = [.. Enumerable.Range(0, 32).Where(lane => (mask >> lane & 1) != 0)];
        int Thread(int lane) => block * Threads + warp * 32 + lane;
        switch (random.Next(12))
        {
            case < 6:
                var isLoad = random.Next(3) > 0;
                var bytes = random.Next(4) == 0 ? 2 : 4;
                var start = x + (ulong)(random.Next(3) * 4);
                var spread = random.Next(2) == 0 && (isLoad || bytes == 4);
                ulong At(int lane) => start + (isLoad && !spread ? 0 : (ulong)(lane * bytes));
                trace.Add(
                    $"{(isLoad ? "load" : "store")} block {block} warp {warp} mask {mask:x} bytes {bytes} "
                    + $"at {start - x} {(spread ? "spread" : "same")}");
                foreach (var lane in lanes)
                    oracle.Access(Thread(lane), At(lane), bytes, !isLoad, false);
                rig.Access(isLoad ? AccessKind.Load : AccessKind.Store, At, mask, bytes, space, warp, block);
                break;
            case 6:
                trace.Add($"barrier block {block}");
                oracle.Meet([.. Enumerable.Range(block * Threads, Threads)]);
                rig.Barrier(block);
                break;
            case 7:
                trace.Add($"warp barrier block {block} warp {warp} mask {mask:x}");
                oracle.Meet([.. lanes.Select(Thread)]);
                rig.Block(block).WarpBarrier(warp, mask);
                break;
            case 8:
                var other = (warp + 1) % 3;
                trace.Add($"barrier block {block} of warps {warp} and {other}");
                oracle.Meet([.. Enumerable.Range(0, 32).SelectMany(lane => new[] { Thread(lane), block * Threads + other * 32 + lane })]);
                var waiting = new uint[3];
                waiting[warp] = waiting[other] = uint.MaxValue;
                rig.Block(block).BarrierComplete(1, waiting);
                break;
            case 9:
                trace.Add($"fence block {block} warp {warp} mask {mask:x}");
                foreach (var lane in lanes)
                    oracle.Fence(Thread(lane));
                rig.Block(block).Fence(warp, mask, MemoryOrder.AcquireRelease, blocks > 1 ? MemoryScope.Device : MemoryScope.Block);
                break;
            default:
                // The flag is a place of its own, which only strong accesses touch.
                var kind = (AccessKind[])[AccessKind.Load, AccessKind.Store, AccessKind.Atomic];
                var chosen = kind[random.Next(3)];
                MemoryOrder[] orders = chosen switch
                {
                    AccessKind.Load => [MemoryOrder.Relaxed, MemoryOrder.Acquire, MemoryOrder.Acquire],
                    AccessKind.Store => [MemoryOrder.Relaxed, MemoryOrder.Release, MemoryOrder.Release],
                    _ => [MemoryOrder.Relaxed, MemoryOrder.AcquireRelease, MemoryOrder.AcquireRelease],
                };
                var order = orders[random.Next(3)];
                var flag = x + 200 + (ulong)(random.Next(2) * 4);
                trace.Add($"{chosen} {order} block {block} warp {warp} lane {lanes[0]} at {flag - x}");
                oracle.Access(Thread(lanes[0]), flag, 4, chosen != AccessKind.Load, true);
                oracle.Strong(Thread(lanes[0]), flag, chosen != AccessKind.Store, chosen != AccessKind.Load, order);
                rig.Access(
                    chosen, _ => flag, 1u << lanes[0], 4, space, warp, block, order, blocks > 1 ? MemoryScope.Device : MemoryScope.Block);
                break;
        }
    }
}
