using System.Text.Json;
using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Counting;

/// <summary>A launch's counters as JSON properties.</summary>
internal static class LaunchReportCounters
{
    /// <summary>Writes them into the open object. Without checks memory is not counted, and its counters are left out.</summary>
    public static void Write(Utf8JsonWriter writer, LaunchChecker launch)
    {
        var counters = launch.Counters;
        var sum = counters.Sum;
        writer.WriteStartObject("instructions");
        foreach (var kind in Enum.GetValues<InstructionClass>())
        {
            if (sum.Instructions[(int)kind] != 0)
                writer.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), sum.Instructions[(int)kind]);
        }
        writer.WriteEndObject();
        writer.WriteNumber("divergentBranches", sum.DivergentBranches);
        writer.WriteNumber("barriers", sum.Barriers);
        writer.WriteNumber("matrixMultiplies", sum.MatrixMultiplies);
        if (counters.Occupancy is { } occupancy)
        {
            writer.WriteStartObject("occupancy");
            writer.WriteNumber("blocksPerMultiprocessor", occupancy.BlocksPerMultiprocessor);
            writer.WriteNumber("warps", occupancy.Warps);
            writer.WriteNumber("fraction", occupancy.Fraction);
            writer.WriteString("limitedBy", occupancy.LimitedBy);
            writer.WriteBoolean("registersKnown", launch.Launch.RegistersPerThread > 0);
            writer.WriteEndObject();
        }
        if (launch.Level != CheckLevel.None)
        {
            Memory(writer, counters);
            writer.WriteStartObject("perMultiprocessor");
            writer.WriteNumber("busy", counters.BusyMultiprocessors);
            Array(writer, "blocks", counters.BlocksOfSm);
            Array(writer, "bytes", counters.BytesOfSm);
            Array(writer, "sectors", counters.SectorsOfSm);
            Array(writer, "instructions", counters.InstructionsOfSm);
            Array(writer, "streamingBytesBeforeFirstUse", counters.StreamingAheadOfSm);
            writer.WriteEndObject();
        }
    }

    private static void Memory(Utf8JsonWriter writer, LaunchCounters counters)
    {
        var sum = counters.Sum;
        writer.WriteStartObject("global");
        writer.WriteNumber("loadRequests", sum.GlobalLoadRequests);
        writer.WriteNumber("loadBytes", sum.GlobalLoadBytes);
        writer.WriteNumber("loadSectors", sum.GlobalLoadSectors);
        writer.WriteNumber("loadMinimumSectors", sum.GlobalMinimumSectors);
        writer.WriteNumber("storeRequests", sum.GlobalStoreRequests);
        writer.WriteNumber("storeBytes", sum.GlobalStoreBytes);
        writer.WriteNumber("storeSectors", sum.GlobalStoreSectors);
        writer.WriteNumber("atomicRequests", sum.GlobalAtomicRequests);
        writer.WriteNumber("atomicSectors", sum.GlobalAtomicSectors);
        writer.WriteNumber("distinctLoadSectors", counters.DistinctLoadSectors);
        writer.WriteNumber("distinctStoreSectors", counters.DistinctStoreSectors);
        writer.WriteNumber("distinctSectors", counters.DistinctSectors);
        writer.WriteNumber("dramReadBytes", counters.DramReadBytes);
        writer.WriteNumber("dramWrittenBytes", counters.DramWrittenBytes);
        writer.WriteNumber("streamingBytes", sum.StreamingBytes);
        writer.WriteEndObject();
        writer.WriteStartObject("shared");
        writer.WriteNumber("wavefronts", sum.SharedWavefronts);
        writer.WriteNumber("minimumWavefronts", sum.SharedMinimumWavefronts);
        writer.WriteEndObject();
        writer.WriteNumber("localRequests", sum.LocalRequests);
    }

    private static void Array(Utf8JsonWriter writer, string name, ReadOnlySpan<long> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }
}
