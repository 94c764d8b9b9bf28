using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>Names on standard error what a context owns although it ends.</summary>
internal static class LeakReport
{
    /// <summary>
    /// Writes a line for each allocation and one for all streams, events, modules and graphs; nothing where nothing is left.
    /// </summary>
    public static void Write(VirtualDriver driver, VirtualContext context)
    {
        foreach (Allocation allocation in driver.Memory.Live.Where(allocation => allocation.Owner == context))
            Console.Error.WriteLine($"virtual GPU: leak: {allocation}, number {allocation.Serial} of all allocations, was not freed.");
        int streams = driver.Streams.All.Count(stream => stream.Context == context);
        int events = driver.Events.All.Count(mark => mark.Context == context);
        int modules = driver.Modules.All.Count(module => module.Context == context);
        int graphs = driver.Execs.All.Count(exec => exec.Context == context);
        if (streams + events + modules + graphs > 0)
            Console.Error.WriteLine(
                $"virtual GPU: leak: {streams} streams, {events} events, {modules} modules and {graphs} "
                + "executable graphs were not given back.");
    }
}
