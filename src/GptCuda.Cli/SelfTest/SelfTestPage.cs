using GptCuda.Cli.Output;
using Spectre.Console;

namespace GptCuda.Cli.SelfTest;

/// <summary>What <c>selftest</c> prints for people: a page to be pasted into a report of a fault.</summary>
internal static class SelfTestPage
{
    private const int WidthOfFiles = 140;

    /// <param name="facts">What was found.</param>
    /// <param name="each">Whether every kernel check has a line, or only every kernel.</param>
    /// <param name="terminal">Where to print.</param>
    public static void Write(SelfTestFacts facts, bool each, Terminal terminal)
    {
        IAnsiConsole screen = Screen.OfOutput(terminal, WidthOfFiles);
        TextWriter output = terminal.Out;
        Table machine = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        SystemFacts system = facts.System;
        Row("gptcuda", facts.Version);
        Row("system", $"{system.Os}, {system.Architecture}; {system.Dotnet}");
        Row("processor", $"{system.Cpu}; {system.Processors} in use, {system.Vectors}; {Size(system.MemoryBytes)}");
        Row("driver", Library(facts.Cuda.Driver));
        Row("NVRTC", Library(facts.Cuda.Nvrtc));
        Row("cuBLAS", Library(facts.Cuda.Cublas));
        foreach (DeviceFacts gpu in facts.Cuda.Devices)
            Row($"GPU {gpu.Device}", $"{gpu.Name}; compute {gpu.ComputeCapability}, {gpu.Multiprocessors} SMs, {Size(gpu.MemoryBytes)}");
        foreach ((string name, string value) in system.Environment)
            Row("set", $"{name}={value}");
        screen.Write(machine);
        screen.Write(Checks(facts, each));
        foreach (CheckFacts check in facts.Checks.Where(check => check.Status == CheckFacts.Failed))
            output.WriteLine($"FAILED {check.Group}, {check.Name}: {check.Detail}");
        if (facts.GpuNotTested is { } reason)
            output.WriteLine($"The GPU part was not run: {reason}");
        output.WriteLine(Verdict(facts));

        void Row(string name, string value) => machine.AddRow(name, Markup.Escape(value));
    }

    /// <summary>The line that says how it went.</summary>
    public static string Verdict(SelfTestFacts facts) => facts.Failed > 0
        ? $"{facts.Failed} of {facts.Passed + facts.Failed} checks failed, {facts.Seconds:F1} s."
        : $"{facts.Passed} checks passed{(facts.Skipped > 0 ? $", {facts.Skipped} could not be run" : "")}, {facts.Seconds:F1} s.";

    private static Table Checks(SelfTestFacts facts, bool each)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string header in (ReadOnlySpan<string>)["", "check", "result", "time", ""])
            table.AddColumn(new TableColumn(header) { Alignment = header == "time" ? Justify.Right : Justify.Left });
        foreach (IGrouping<string, CheckFacts> line in facts.Checks.GroupBy(check => each ? check.Group + check.Name : Line(check)))
        {
            CheckFacts[] checks = [.. line];
            table.AddRow(
                checks[0].Group,
                Markup.Escape(checks.Length == 1 ? checks[0].Name : $"{Kernel(checks[0])}, {checks.Length} checks"),
                Result(checks),
                $"{checks.Sum(check => check.Seconds):F2} s",
                // What went wrong is long, and stands below the table.
                Markup.Escape(checks is [{ Status: not CheckFacts.Failed, Detail: { } detail }] ? detail : ""));
        }
        return table;
    }

    /// <summary>Checks of one kernel are one line.</summary>
    private static string Line(CheckFacts check) =>
        check.Group == KernelSuiteRun.Group ? $"kernels {Kernel(check)}" : check.Group + check.Name;

    private static string Kernel(CheckFacts check) => check.Name.Split(' ', ',')[0];

    private static string Result(CheckFacts[] checks)
    {
        int failed = checks.Count(check => check.Status == CheckFacts.Failed);
        return checks.All(check => check.Status == CheckFacts.Skipped) ? "skipped"
            : failed == 0 ? "passed"
            : checks.Length == 1 ? "[red]FAILED[/]"
            : $"[red]{failed} FAILED[/]";
    }

    private static string Size(long bytes) => $"{bytes / (double)(1 << 30):N1} GiB";

    private static string Library(LibraryFacts library) => library.Version is { } version ? $"{version}, {library.Path}" : "none";
}
