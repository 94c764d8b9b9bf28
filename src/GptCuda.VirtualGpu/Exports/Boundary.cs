using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>Where native calls come in: one machine a process, its lock taken, and no exception going out.</summary>
internal static class Boundary
{
    /// <summary>The environment variable that, when it is 1, has every refused call explained on standard error.</summary>
    public const string ExplainVariable = "GPTCUDA_VIRTUAL_EXPLAIN";

    private static readonly Lock Making = new();
    private static VirtualDriver? _driver;

    /// <summary>Makes the machine that the environment describes, where there is none yet.</summary>
    public static void Initialize()
    {
        lock (Making)
        {
            if (_driver is not null)
                return;
            _driver = new VirtualDriver(DriverOptions.FromEnvironment());
            ProcessEnd.Register(() => _driver?.ReportLeaks());
        }
    }

    /// <summary>Puts a machine in the place of the one there is, or none, for tests. No other thread may be in a call.</summary>
    public static void Replace(VirtualDriver? driver)
    {
        lock (Making)
        {
            _driver?.Dispose();
            _driver = driver;
        }
    }

    /// <summary>A call that needs nothing.</summary>
    public static CUresult Guard(string function, Action body)
    {
        try
        {
            body();
            return CUDA_SUCCESS;
        }
        catch (Exception problem)
        {
            return Answer(function, problem);
        }
    }

    /// <summary>A call that needs the machine, but no context.</summary>
    public static CUresult OnDriver(string function, Action<VirtualDriver> body)
    {
        try
        {
            VirtualDriver driver = Driver();
            lock (driver.Gate)
                body(driver);
            return CUDA_SUCCESS;
        }
        catch (Exception problem)
        {
            return Answer(function, problem);
        }
    }

    /// <summary>A call in the thread's current context; a context that a fault has ended answers with the fault's code.</summary>
    public static CUresult OnContext(string function, Action<VirtualContext> body)
    {
        try
        {
            VirtualDriver driver = Driver();
            lock (driver.Gate)
            {
                VirtualContext context = Current(driver);
                context.ThrowIfFaulted();
                body(context);
            }
            return CUDA_SUCCESS;
        }
        catch (Exception problem)
        {
            return Answer(function, problem);
        }
    }

    /// <summary>The thread's current context.</summary>
    /// <exception cref="DriverException">There is none, or it was destroyed.</exception>
    public static VirtualContext Current(VirtualDriver driver)
    {
        if (!CallingThread.Contexts.TryPeek(out VirtualContext? context) || context.Driver != driver)
            throw new DriverException(CUDA_ERROR_INVALID_CONTEXT, "the thread has no current context.");
        return context.IsDestroyed
            ? throw new DriverException(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the thread's current context was destroyed.")
            : context;
    }

    private static VirtualDriver Driver()
    {
        if (HostCallback.IsRunning)
            throw new DriverException(CUDA_ERROR_NOT_PERMITTED, "a function that the driver calls must not call CUDA.");
        return _driver ?? throw new DriverException(CUDA_ERROR_NOT_INITIALIZED, "cuInit has not been called.");
    }

    /// <summary>The status code of what went wrong.</summary>
    private static CUresult Answer(string function, Exception problem)
    {
        switch (problem)
        {
            case DriverException refused:
                // A program may make a call to see whether it fails: misuse is explained on request only.
                if (refused.Code != CUDA_ERROR_NOT_READY && Environment.GetEnvironmentVariable(ExplainVariable) is "1")
                    Console.Error.WriteLine($"virtual GPU: {function}: {refused.Code}: {refused.Message}");
                return refused.Code;
            case VirtualFault fault:
                Console.Error.WriteLine($"virtual GPU: {function}: {fault.Message}");
                return (CUresult)fault.ErrorCode;
            default:
                Console.Error.WriteLine($"virtual GPU: {function}: {problem}");
                return CUDA_ERROR_UNKNOWN;
        }
    }
}
