using System.Text.Json;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;
using GptCuda.VirtualGpu.Tests.Checking;

namespace GptCuda.VirtualGpu.Tests.Counting;

public sealed class CountingTests
{
    [Theory]
    [InlineData(4, 4, 4, 4)]      // 32 x 4 bytes side by side: 4 sectors
    [InlineData(16, 16, 16, 16)]  // 32 x 16 bytes: 16 sectors
    [InlineData(4, 8, 8, 4)]      // every other word: half of each sector is thrown away
    [InlineData(4, 32, 32, 4)]    // a sector a lane
    [InlineData(4, 0, 1, 1)]      // one word for all
    [InlineData(2, 2, 2, 2)]
    [InlineData(1, 1, 1, 1)]
    public void GlobalLoad_CountsSectorsAndTheirMinimum(int bytes, int stride, int sectors, int minimum)
    {
        using var rig = new Rig();
        var x = rig.Allocate(4096) / 512 * 512 + 512;
        rig.Access(AccessKind.Load, lane => x + (ulong)(lane * stride), bytes: bytes);
        var counters = rig.Block().Counters;
        Assert.Equal((1, sectors, minimum, 32L * bytes),
            (counters.GlobalLoadRequests, counters.GlobalLoadSectors, counters.GlobalMinimumSectors, counters.GlobalLoadBytes));
    }

    [Fact]
    public void GlobalLoad_OfLanesInAnyOrder_CountsEachSectorOnce()
    {
        using var rig = new Rig();
        var x = rig.Allocate(8192) / 512 * 512 + 512;
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var before = rig.Block().Counters.GlobalLoadSectors;
            var addresses = Enumerable.Range(0, 32).Select(_ => x + (ulong)random.Next(round + 1) * 8).ToArray();
            rig.Access(AccessKind.Load, lane => addresses[lane], bytes: 8);
            Assert.Equal(addresses.Select(address => address / 32).Distinct().Count(), rig.Block().Counters.GlobalLoadSectors - before);
        }
    }

    [Theory]
    [InlineData(4, 4, 1, 1)]
    [InlineData(4, 8, 2, 1)]      // every other bank: two words in each
    [InlineData(4, 128, 32, 1)]   // one bank
    [InlineData(4, 132, 1, 1)]    // padded rows
    [InlineData(4, 0, 1, 1)]      // broadcast
    [InlineData(8, 8, 2, 2)]      // half-warps
    [InlineData(16, 16, 4, 4)]    // quarter-warps
    [InlineData(16, 32, 8, 4)]    // every other 16 bytes: two words a bank
    [InlineData(16, 128, 32, 4)]  // rows of 128 bytes, not swizzled
    [InlineData(2, 2, 1, 1)]
    public void Shared_CountsWavefrontsAndTheirMinimum(int bytes, int stride, int wavefronts, int minimum)
    {
        using var rig = new Rig(sharedBytes: 8192);
        rig.Access(AccessKind.Store, lane => (ulong)(lane * stride), bytes: bytes, space: StateSpace.Shared,
            mask: stride == 0 ? 1 : uint.MaxValue);
        rig.Barrier();
        var counters = rig.Block().Counters;
        var before = (counters.SharedWavefronts, counters.SharedMinimumWavefronts);
        rig.Access(AccessKind.Load, lane => (ulong)(lane * stride), bytes: bytes, space: StateSpace.Shared);
        Assert.Equal(
            (wavefronts, minimum),
            (counters.SharedWavefronts - before.SharedWavefronts, counters.SharedMinimumWavefronts - before.SharedMinimumWavefronts));
    }

    [Fact]
    public void Launch_CountsDistinctSectorsOnce_AndEachSmsOwn()
    {
        using var rig = new Rig(blocks: 133);
        var x = rig.Allocate(4096) / 512 * 512 + 512;
        var y = rig.Allocate(133 * 128) / 512 * 512 + 512;
        for (var block = 0; block < 133; block++)
        {
            rig.Access(AccessKind.Load, lane => x + (ulong)lane * 4, block: block);
            rig.Access(AccessKind.Store, lane => y + (ulong)(block * 4 + lane * 0), mask: 1, block: block);
        }
        rig.Complete();
        var counters = rig.Launch.Counters;
        Assert.Equal(4, counters.DistinctLoadSectors);
        Assert.Equal((133 * 4 + 31) / 32, counters.DistinctStoreSectors);
        Assert.Equal(4 + (133 * 4 + 31) / 32, counters.DistinctSectors);
        Assert.Equal(133 * 4, counters.Sum.GlobalLoadSectors);
        Assert.Equal(132, counters.BusyMultiprocessors);
        Assert.Equal(2, counters.BlocksOfSm[0]);
        Assert.Equal(2 * 128 + 2 * 4, counters.BytesOfSm[0]);
        Assert.Equal(5, counters.SectorsOfSm[1]);
        Assert.Equal(4 * 32, counters.DramReadBytes);
    }

    [Fact]
    public void StreamingBytes_AreCountedUntilTheWarpUsesOne()
    {
        using var rig = new Rig();
        var x = rig.Allocate(65536);
        for (var i = 0; i < 3; i++)
            rig.Access(
                AccessKind.Load, lane => x + (ulong)(i * 512 + lane * 16), bytes: 16, hints: CacheHints.NonCoherent | CacheHints.Streaming);
        rig.Access(AccessKind.Load, lane => x + 32768 + (ulong)lane * 4);
        rig.Block().StreamedValueUsed(0);
        rig.Access(AccessKind.Load, lane => x + 4096 + (ulong)lane * 16, bytes: 16, hints: CacheHints.NonCoherent | CacheHints.Streaming);
        rig.Access(
            AccessKind.Load, lane => x + 8192 + (ulong)lane * 16, bytes: 16, hints: CacheHints.NonCoherent | CacheHints.Streaming, warp: 1);
        rig.Complete();
        Assert.Equal(4 * 512, rig.Launch.Counters.StreamingAheadOfSm[0]);
        Assert.Equal(5 * 512, rig.Launch.Counters.Sum.StreamingBytes);
    }

    [Fact]
    public void L2_ServesWhatFits_AndRereadsWhatDoesNot()
    {
        var cache = new L2Cache(1 << 20);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var page = 0UL; page < 200; page++)
                cache.Touch(page, UInt128.MaxValue, false);
        }
        Assert.Equal(200 * 4096, cache.ReadBytes);
        // 300 pages in turn through a cache of 256: least recently used always loses the next one.
        for (var pass = 0; pass < 3; pass++)
        {
            for (var page = 1000UL; page < 1300; page++)
                cache.Touch(page, UInt128.MaxValue, false);
        }
        Assert.Equal((200 + 3 * 300) * 4096, cache.ReadBytes);
        Assert.Equal(0, cache.WrittenBytes);
    }

    [Fact]
    public void L2_WritesBackWhatItEvicts_AndFetchesNothingForWrites()
    {
        var cache = new L2Cache(1 << 20);
        cache.Touch(7, 0b1011, true);
        cache.Touch(7, 0b1111, false);
        Assert.Equal((32, 0), (cache.ReadBytes, cache.WrittenBytes));
        for (var page = 100UL; page < 400; page++)
            cache.Touch(page, UInt128.MaxValue, false);
        Assert.Equal(3 * 32, cache.WrittenBytes);
    }

    [Fact]
    public void L2_AgreesWithASimpleModel()
    {
        var cache = new L2Cache(64 * 1024);
        var random = new Random(3);
        // Newest last; a page is its number, its valid sectors and its dirty ones.
        var model = new List<(ulong Page, UInt128 Valid, UInt128 Dirty)>();
        long read = 0, written = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var page = (ulong)random.Next(40);
            var sectors = (UInt128)(ulong)random.NextInt64(1, long.MaxValue) << random.Next(64);
            var isWrite = random.Next(3) == 0;
            cache.Touch(page, sectors, isWrite);
            var at = model.FindIndex(entry => entry.Page == page);
            (ulong Page, UInt128 Valid, UInt128 Dirty) entry = at >= 0 ? model[at] : (page, 0, 0);
            if (at >= 0)
                model.RemoveAt(at);
            read += isWrite ? 0 : (long)UInt128.PopCount(sectors & ~entry.Valid) * 32;
            model.Add((page, entry.Valid | sectors, isWrite ? entry.Dirty | sectors : entry.Dirty));
            while (model.Count > 1 && model.Sum(e => (long)UInt128.PopCount(e.Valid)) > 2048)
            {
                written += (long)UInt128.PopCount(model[0].Dirty) * 32;
                model.RemoveAt(0);
            }
        }
        Assert.Equal((read, written), (cache.ReadBytes, cache.WrittenBytes));
        Assert.True(written > 0);
    }

    [Theory]
    [InlineData("h100", 256, 0, 0, 8, "threads")]
    [InlineData("h100", 64, 0, 0, 32, "threads")]
    [InlineData("h100", 32, 0, 0, 32, "blocks")]
    [InlineData("h100", 128, 56 * 1024, 0, 4, "shared")]
    [InlineData("h100", 256, 0, 128, 2, "registers")]
    [InlineData("h100", 256, 0, 33, 6, "registers")]
    [InlineData("t4", 256, 0, 64, 4, "threads")]
    [InlineData("t4", 1024, 0, 72, 0, "registers")]
    public void Occupancy_IsTheLeastOfTheLimits(string device, int threads, int shared, int registers, int blocks, string by)
    {
        var occupancy = Occupancy.Of(DeviceProfiles.Named(device), threads, shared, registers);
        Assert.Equal((blocks, by), (occupancy.BlocksPerMultiprocessor, occupancy.LimitedBy));
    }

    [Fact]
    public void Report_IsAWholeDocumentAfterEveryEvent()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var rig = new Rig();
            var x = rig.Allocate(4096);
            rig.Access(AccessKind.Load, lane => x + (ulong)lane * 4);
            rig.Block().Counters.Instructions[(int)InstructionClass.Global] += 1;
            rig.Complete();
            using var report = new LaunchReport(path, rig.Launch.Profile);
            Assert.Equal(0, Read(path).GetProperty("events").GetArrayLength());
            report.Instantiated(1, ["k", "memset"]);
            report.Launched(rig.Launch, new(1, 0));
            report.Moved("memset", 4096, new(1, 1));
            var document = Read(path);
            Assert.Equal("h100", document.GetProperty("device").GetProperty("key").GetString());
            var events = document.GetProperty("events");
            Assert.Equal(3, events.GetArrayLength());
            Assert.Equal(["k", "memset"], events[0].GetProperty("nodes").EnumerateArray().Select(node => node.GetString()));
            var launch = events[1];
            Assert.Equal("k", launch.GetProperty("kernel").GetString());
            Assert.Equal(1, launch.GetProperty("graph").GetInt64());
            Assert.Equal(1, launch.GetProperty("instructions").GetProperty("global").GetInt64());
            Assert.Equal(128, launch.GetProperty("global").GetProperty("loadBytes").GetInt64());
            Assert.Equal(132, launch.GetProperty("perMultiprocessor").GetProperty("bytes").GetArrayLength());
            Assert.Equal(4096, events[2].GetProperty("bytes").GetInt64());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static JsonElement Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }
}
