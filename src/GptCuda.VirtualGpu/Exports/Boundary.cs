using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>Where native calls come in: one machine a process, its lock taken, and no exception going out.</summary>
internal static class Boundary
{
    /// <summary>The environment variable that picks when submitted work is done: eager (the default) or lazy.</summary>
    public const string ScheduleVariable = "GPTCUDA_VIRTUAL_SCHEDULE";

    /// <summary>The environment variable that permutes orders which hardware leaves open.</summary>
    public const string SeedVariable = "GPTCUDA_VIRTUAL_SEED";

    private static readonly Lock Making = new();
    private static VirtualDriver? s_driver;

    [ThreadStatic]
    private static Stack<VirtualContext>? t_contexts;

    /// <summary>The calling thread's stack of contexts.</summary>
    public static Stack<VirtualContext> ThreadContexts => t_contexts ??= new Stack<VirtualContext>();

    /// <summary>Makes the machine that the environment describes, where there is none yet.</summary>
    public static void Initialize()
    {
        lock (Making)
            s_driver ??= new VirtualDriver(DeviceProfiles.FromEnvironment(), ScheduleFromEnvironment(), CheckLevels.FromEnvironment(), SeedFromEnvironment());
    }

    /// <summary>Puts a machine in the place of the one there is, for tests; the old one is disposed.</summary>
    public static void Replace(VirtualDriver? driver)
    {
        lock (Making)
        {
            s_driver?.Dispose();
            s_driver = driver;
        }
    }

    /// <summary>A call that needs the machine, but no context.</summary>
    public static CUresult OnDriver(string function, Action<VirtualDriver> body) => Guard(function, () =>
    {
        VirtualDriver driver = s_driver ?? throw new DriverException(CUresult.CUDA_ERROR_NOT_INITIALIZED, "cuInit has not been called.");
        lock (driver.Gate)
            body(driver);
    });

    /// <summary>A call in the thread's current context; a context that a fault has ended answers with the fault's code.</summary>
    public static CUresult OnContext(string function, Action<VirtualContext> body) => OnDriver(function, driver =>
    {
        VirtualContext context = Current();
        ThrowIfFaulted(context);
        body(context);
        // Work that ran in this call may have ended the context, and the device reports that from then on.
        if (driver.Schedule == Schedule.Lazy)
            return;
        ThrowIfFaulted(context);
    });

    /// <summary>The thread's current context.</summary>
    /// <exception cref="DriverException">There is none, or it was destroyed.</exception>
    public static VirtualContext Current()
    {
        if (!ThreadContexts.TryPeek(out VirtualContext? context))
            throw new DriverException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "the thread has no current context.");
        return context.IsDestroyed
            ? throw new DriverException(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, "the thread's current context was destroyed.")
            : context;
    }

    /// <summary>Gives a faulted context's code.</summary>
    public static void ThrowIfFaulted(VirtualContext context)
    {
        if (context.Fault is { } fault)
            throw new DriverException((CUresult)fault.ErrorCode, "an earlier fault ended the context.");
    }

    /// <summary>A call that needs nothing.</summary>
    public static CUresult Guard(string function, Action body)
    {
        try
        {
            body();
            return CUresult.CUDA_SUCCESS;
        }
        catch (DriverException refused)
        {
            Explain(function, refused.Code, refused.Message);
            return refused.Code;
        }
        catch (VirtualFault fault)
        {
            Explain(function, (CUresult)fault.ErrorCode, fault.Message);
            return (CUresult)fault.ErrorCode;
        }
        catch (Exception unexpected)
        {
            Console.Error.WriteLine($"virtual GPU: {function}: {unexpected}");
            return CUresult.CUDA_ERROR_UNKNOWN;
        }
    }

    /// <summary>Misuse is explained on request only: a program may make a call to see whether it fails.</summary>
    private static void Explain(string function, CUresult code, string message)
    {
        if (code != CUresult.CUDA_ERROR_NOT_READY && Environment.GetEnvironmentVariable("GPTCUDA_VIRTUAL_EXPLAIN") is "1")
            Console.Error.WriteLine($"virtual GPU: {function}: {code}: {message}");
    }

    private static Schedule ScheduleFromEnvironment() => Environment.GetEnvironmentVariable(ScheduleVariable) switch
    {
        null or "" or "eager" => Schedule.Eager,
        "lazy" => Schedule.Lazy,
        var other => throw new DriverException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{ScheduleVariable} is \"{other}\"; eager and lazy are known."),
    };

    private static int SeedFromEnvironment()
    {
        string? text = Environment.GetEnvironmentVariable(SeedVariable);
        if (string.IsNullOrEmpty(text))
            return 0;
        return int.TryParse(text, out int seed)
            ? seed
            : throw new DriverException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{SeedVariable} is \"{text}\"; a number is expected.");
    }
}
