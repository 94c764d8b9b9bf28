using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace GptCuda.Cli.Tests.Running;

/// <summary>Runs the built program as a process, as another program would.</summary>
internal static class Shell
{
    /// <summary>Far more than any of these runs takes; a program that hangs fails its test instead of stopping all.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Where no driver is.</summary>
    public const string NoDriver = "/no/driver";

    /// <summary>The executable.</summary>
    public static string Executable { get; } = Path.Combine(
        typeof(Shell).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "CliOutput").Value!,
        OperatingSystem.IsWindows() ? "gptcuda.exe" : "gptcuda");

    /// <summary>Runs with an empty standard input.</summary>
    public static CliResult Run(params string[] arguments) => new CliRun { Arguments = arguments }.Finish();

    /// <summary>Runs with a text on standard input.</summary>
    public static CliResult RunWithInput(string input, params string[] arguments) =>
        new CliRun { Arguments = arguments, Input = Encoding.UTF8.GetBytes(input) }.Finish();

    /// <summary>A process that has started.</summary>
    internal static Process Start(CliRun run)
    {
        var start = new ProcessStartInfo(run.Program, run.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = run.WorkingDirectory ?? Path.GetTempPath(),
        };
        // The same on a machine with a GPU: what runs there is another test's matter.
        start.Environment["GPTCUDA_LIBCUDA"] = NoDriver;
        foreach ((string name, string? value) in run.Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
