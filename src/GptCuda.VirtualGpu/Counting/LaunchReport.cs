using System.Text;
using System.Text.Json;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Counting;

/// <summary>
/// GPTCUDA_VIRTUAL_REPORT=file.json: every launch with its counters, every graph with its nodes, in order, as one JSON document
/// {"device": ..., "events": [...]}. The file is a whole document after every event, whenever the process ends. Thread-safe.
/// </summary>
internal sealed class LaunchReport : IDisposable
{
    /// <summary>The environment variable that names the file.</summary>
    public const string Variable = "GPTCUDA_VIRTUAL_REPORT";

    private static readonly byte[] Closing = Encoding.ASCII.GetBytes("\n]}\n");
    private readonly FileStream _file;
    private readonly Lock _lock = new();
    private long _end;
    private long _sequence;

    /// <summary>Begins a report.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <param name="profile">The device.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor opened.</exception>
    public LaunchReport(string path, DeviceProfile profile)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        var device = Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("key", profile.Key);
            writer.WriteString("name", profile.Name + " (software)");
            writer.WriteNumber("computeCapability", profile.ComputeCapability);
            writer.WriteNumber("multiprocessors", profile.Multiprocessors);
            writer.WriteNumber("gigabytesPerSecond", profile.GigabytesPerSecond);
            writer.WriteNumber("l2Bytes", profile.L2Bytes);
            writer.WriteNumber("memoryBytes", profile.MemoryBytes);
            writer.WriteEndObject();
        });
        _file.Write(Encoding.ASCII.GetBytes("{\"device\":"));
        _file.Write(device);
        _file.Write(Encoding.ASCII.GetBytes(",\"events\":["));
        _end = _file.Position;
        _file.Write(Closing);
        _file.Flush();
    }

    /// <summary>The report that GPTCUDA_VIRTUAL_REPORT asks for, or null when it is not set.</summary>
    public static LaunchReport? FromEnvironment(DeviceProfile profile) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? new(path, profile) : null;

    /// <summary>Adds a completed launch.</summary>
    /// <param name="launch">What was launched, and what it did.</param>
    /// <param name="node">The graph node that it came from, or null.</param>
    public void Launched(LaunchChecker launch, GraphNodeReference? node = null) => Append(writer =>
    {
        var description = launch.Launch;
        Begin(writer, "launch", node);
        writer.WriteString("kernel", description.Kernel);
        Extent(writer, "grid", description.Grid);
        Extent(writer, "block", description.Block);
        writer.WriteNumber("sharedBytes", description.SharedBytes);
        writer.WriteBoolean("cooperative", description.Cooperative);
        if (description.RegistersPerThread > 0)
            writer.WriteNumber("registersPerThread", description.RegistersPerThread);
        writer.WriteString("checks", launch.Level.ToString());
        LaunchReportCounters.Write(writer, launch);
        writer.WriteEndObject();
    });

    /// <summary>Adds a memset or a copy.</summary>
    /// <param name="kind">memset, copyIn, copyOut, copy.</param>
    /// <param name="bytes">Bytes written.</param>
    /// <param name="node">The graph node that it came from, or null.</param>
    public void Moved(string kind, long bytes, GraphNodeReference? node = null) => Append(writer =>
    {
        Begin(writer, kind, node);
        writer.WriteNumber("bytes", bytes);
        writer.WriteEndObject();
    });

    /// <summary>Adds a matrix product of cuBLAS.</summary>
    /// <param name="kernel">What it is called: gemm_16bf_32f_tn.</param>
    /// <param name="m">Rows of the product.</param>
    /// <param name="n">Columns of the product.</param>
    /// <param name="k">Length of each sum.</param>
    /// <param name="batch">How many products.</param>
    /// <param name="bytes">Bytes of the matrices that are read or written, each counted once.</param>
    /// <param name="node">The graph node that it came from, or null.</param>
    public void Multiplied(string kernel, int m, int n, int k, int batch, long bytes, GraphNodeReference? node = null) => Append(writer =>
    {
        Begin(writer, "gemm", node);
        writer.WriteString("kernel", kernel);
        writer.WriteNumber("m", m);
        writer.WriteNumber("n", n);
        writer.WriteNumber("k", k);
        writer.WriteNumber("batch", batch);
        writer.WriteNumber("bytes", bytes);
        writer.WriteEndObject();
    });

    /// <summary>Adds an instantiated graph.</summary>
    /// <param name="graph">Its number.</param>
    /// <param name="nodes">Its nodes in order of execution: a kernel's name, memset or copy.</param>
    public void Instantiated(long graph, IReadOnlyList<string> nodes) => Append(writer =>
    {
        Begin(writer, "graph", null);
        writer.WriteNumber("graph", graph);
        writer.WriteStartArray("nodes");
        foreach (var node in nodes)
            writer.WriteStringValue(node);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Begin(Utf8JsonWriter writer, string kind, GraphNodeReference? node)
    {
        writer.WriteStartObject();
        writer.WriteNumber("sequence", _sequence);
        writer.WriteString("event", kind);
        if (node is { } from)
        {
            writer.WriteNumber("graph", from.Graph);
            writer.WriteNumber("node", from.Node);
        }
    }

    private static void Extent(Utf8JsonWriter writer, string name, GridExtent extent)
    {
        writer.WriteStartArray(name);
        writer.WriteNumberValue(extent.X);
        writer.WriteNumberValue(extent.Y);
        writer.WriteNumberValue(extent.Z);
        writer.WriteEndArray();
    }

    private void Append(Action<Utf8JsonWriter> write)
    {
        lock (_lock)
        {
            var json = Json(write);
            _file.Position = _end;
            if (_sequence++ > 0)
                _file.WriteByte((byte)',');
            _file.WriteByte((byte)'\n');
            _file.Write(json);
            _end = _file.Position;
            _file.Write(Closing);
            _file.Flush();
        }
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return buffer.ToArray();
    }
}
