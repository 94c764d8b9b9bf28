using System.Collections.Concurrent;
using System.Diagnostics;

namespace GptCuda.Kernels.Memory;

/// <summary>
/// What is held of a GPU and where it was made: on in tests, and by GPTCUDA_TRACK_LEAKS=1, which also lists what is left on
/// standard error when the process ends. There are no finalizers; whoever makes a thing disposes of it.
/// </summary>
public static class LeakRegistry
{
    private static readonly ConcurrentDictionary<long, HeldResource> Resources = new();
    private static long _last;

    static LeakRegistry()
    {
        if (Environment.GetEnvironmentVariable("GPTCUDA_TRACK_LEAKS") != "1") return;
        Enabled = true;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Report(Console.Error);
    }

    /// <summary>Whether resources made from now on are noted; each then costs a stack trace.</summary>
    public static bool Enabled { get; set; }

    /// <summary>What is held now, oldest first.</summary>
    public static IReadOnlyList<HeldResource> Held => [.. Resources.OrderBy(entry => entry.Key).Select(entry => entry.Value)];

    /// <summary>Writes a line and a stack trace for each resource that is held; nothing where there is none.</summary>
    public static void Report(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        IReadOnlyList<HeldResource> held = Held;
        if (held.Count == 0) return;
        writer.WriteLine($"{held.Count} GPU resources were not disposed of:");
        foreach (HeldResource resource in held)
        {
            writer.WriteLine($"{resource.Kind}, {resource.Description}, made");
            writer.WriteLine(resource.MadeAt);
        }
    }

    /// <summary>Notes a resource; the number is given back to <see cref="Remove"/>, 0 where nothing is noted.</summary>
    internal static long Add(string kind, string description)
    {
        if (!Enabled) return 0;
        long id = Interlocked.Increment(ref _last);
        Resources[id] = new HeldResource(kind, description, new StackTrace(1, fNeedFileInfo: true).ToString().TrimEnd());
        return id;
    }

    internal static void Remove(long id)
    {
        if (id != 0) Resources.TryRemove(id, out _);
    }
}
