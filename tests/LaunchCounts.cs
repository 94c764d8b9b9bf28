using System.Text.Json;

namespace GptCuda.Tests;

/// <summary>What one launch did, as the report of the GPU in software tells it (GPTCUDA_VIRTUAL_REPORT).</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Grid">Blocks, [x, y, z].</param>
/// <param name="Block">Threads, [x, y, z].</param>
/// <param name="DistinctSectors">32-byte sectors of global memory that anything in the launch touched.</param>
/// <param name="RequestedSectors">Sectors that all requests together touched: no cache.</param>
/// <param name="LoadSectors">Those of loads.</param>
/// <param name="LeastLoadSectors">What the loads would touch if their lanes' bytes lay side by side.</param>
/// <param name="Wavefronts">Passes of shared memory.</param>
/// <param name="LeastWavefronts">What they would be without bank conflicts.</param>
/// <param name="BusyMultiprocessors">SMs that had a block.</param>
/// <param name="BusiestToMean">Bytes of the SM with most of them, by the mean over all SMs.</param>
/// <param name="StreamedBytes">Bytes of weights, and of whatever else is read once, over all SMs.</param>
/// <param name="BytesAhead">Of those, what the busy SM with the least has asked for before it first uses any.</param>
/// <param name="Graph">The graph that it came from, or -1.</param>
internal sealed record LaunchCounts(
    string Kernel, int[] Grid, int[] Block, long DistinctSectors, long RequestedSectors, long LoadSectors, long LeastLoadSectors,
    long Wavefronts, long LeastWavefronts, int BusyMultiprocessors, double BusiestToMean, long StreamedBytes, long BytesAhead, long Graph)
{
    /// <summary>Reads all launches of a report, in order. The report may still be growing.</summary>
    public static IReadOnlyList<LaunchCounts> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using JsonDocument report = JsonDocument.Parse(file);
        return [.. report.RootElement.GetProperty("events").EnumerateArray().Where(Is("launch")).Select(From)];
    }

    private static Func<JsonElement, bool> Is(string kind) => element => element.GetProperty("event").GetString() == kind;

    private static LaunchCounts From(JsonElement launch)
    {
        JsonElement global = launch.GetProperty("global"), shared = launch.GetProperty("shared");
        JsonElement each = launch.GetProperty("perMultiprocessor");
        long[] blocks = Numbers(each.GetProperty("blocks")), bytes = Numbers(each.GetProperty("bytes"));
        return new LaunchCounts(
            launch.GetProperty("kernel").GetString()!,
            [.. Numbers(launch.GetProperty("grid")).Select(extent => (int)extent)],
            [.. Numbers(launch.GetProperty("block")).Select(extent => (int)extent)],
            Number(global, "distinctSectors"),
            Number(global, "loadSectors") + Number(global, "storeSectors") + Number(global, "atomicSectors"),
            Number(global, "loadSectors"),
            Number(global, "loadMinimumSectors"),
            Number(shared, "wavefronts"),
            Number(shared, "minimumWavefronts"),
            blocks.Count(count => count > 0),
            bytes.Max() / bytes.Average(),
            Number(global, "streamingBytes"),
            Numbers(each.GetProperty("streamingBytesBeforeFirstUse")).Zip(blocks).Where(sm => sm.Second > 0).Min(sm => sm.First),
            launch.TryGetProperty("graph", out JsonElement graph) ? graph.GetInt64() : -1);
    }

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static long[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt64())];
}
