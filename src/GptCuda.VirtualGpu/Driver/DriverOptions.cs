using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>What kind of machine the driver plays.</summary>
internal sealed record DriverOptions
{
    /// <summary>The environment variable that picks when submitted work is done: eager (the default) or lazy.</summary>
    public const string ScheduleVariable = "GPTCUDA_VIRTUAL_SCHEDULE";

    /// <summary>
    /// The environment variable that, when it is 1, has everything named that a context still owns when it or the process ends.
    /// </summary>
    public const string LeaksVariable = "GPTCUDA_VIRTUAL_LEAKS";

    /// <summary>The device.</summary>
    public DeviceProfile Profile { get; init; } = DeviceProfiles.All[0];

    /// <summary>When submitted work is done.</summary>
    public Schedule Schedule { get; init; } = Schedule.Eager;

    /// <summary>How much is checked while kernels run.</summary>
    public CheckLevel Checks { get; init; } = CheckLevel.All;

    /// <summary>How launches are executed; the seed orders a graph's nodes, too.</summary>
    public ExecutionOptions Execution { get; init; } = new();

    /// <summary>The file that launches are reported to, or null.</summary>
    public string? ReportPath { get; init; }

    /// <summary>Whether leaks are named on standard error.</summary>
    public bool ReportsLeaks { get; init; }

    /// <summary>The machine that the environment describes.</summary>
    /// <exception cref="ArgumentException">A variable has a value that it cannot have.</exception>
    public static DriverOptions FromEnvironment() => new()
    {
        Profile = DeviceProfiles.FromEnvironment(),
        Schedule = Text(ScheduleVariable)?.ToUpperInvariant() switch
        {
            null or "EAGER" => Schedule.Eager,
            "LAZY" => Schedule.Lazy,
            _ => throw new ArgumentException($"{ScheduleVariable}={Text(ScheduleVariable)}: eager and lazy are known"),
        },
        Checks = CheckLevels.FromEnvironment(),
        Execution = ExecutionOptions.FromEnvironment(),
        ReportPath = Text(LaunchReport.Variable),
        ReportsLeaks = Text(LeaksVariable) switch
        {
            null or "0" => false,
            "1" => true,
            var other => throw new ArgumentException($"{LeaksVariable}={other}: 0 and 1 are known"),
        },
    };

    private static string? Text(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
