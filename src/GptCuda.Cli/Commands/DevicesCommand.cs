using System.CommandLine;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Kernels.Libraries;
using Spectre.Console;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda devices</c>: the CUDA libraries and GPUs of this machine. A machine without them is no failure.</summary>
internal static class DevicesCommand
{
    public static CommandDefinition Define()
    {
        Flag json = new("--json", "Print one JSON object");
        return new CommandDefinition(
            new Command("devices", "Libraries and GPUs found, with versions and paths") { json.Option },
            context => Run(context.Terminal, json.IsSet(context.Parsed)),
            "gptcuda devices",
            "gptcuda devices --json");
    }

    private static int Run(Terminal terminal, bool json)
    {
        MachineFacts facts = MachineFacts.Of(CudaInventory.Take());
        if (json)
            JsonLines.Write(terminal.Out, facts, CliJson.Default.MachineFacts);
        else
            Print(facts, terminal);
        return ExitCode.Success;
    }

    private static void Print(MachineFacts facts, Terminal terminal)
    {
        IAnsiConsole screen = Screen.OfOutput(terminal);
        Table libraries = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
        foreach ((string name, LibraryFacts library)
            in new[] { ("driver", facts.Driver), ("NVRTC", facts.Nvrtc), ("cuBLAS", facts.Cublas) })
            libraries.AddRow(name, Markup.Escape(library.Version ?? "none"), Markup.Escape(library.Path ?? ""));
        screen.Write(libraries);
        // Reasons are long, and paths in them are to be copied: they are written as they are, not folded into a table.
        foreach (string? problem
            in (ReadOnlySpan<string?>)[facts.Driver.Problem, facts.Nvrtc.Problem, facts.Cublas.Problem, .. facts.Notices])
        {
            if (problem is null) continue;
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(problem);
        }
        terminal.Out.WriteLine();
        if (facts.Devices.Count == 0)
        {
            terminal.Out.WriteLine("No GPU.");
            return;
        }

        Table devices = new Table().Border(TableBorder.Simple);
        foreach (string header in (ReadOnlySpan<string>)["device", "name", "compute", "memory", "SMs", "L2", "bandwidth"])
            devices.AddColumn(new TableColumn(header) { Alignment = header == "name" ? Justify.Left : Justify.Right });
        foreach (DeviceFacts device in facts.Devices)
        {
            devices.AddRow(
                $"{device.Device}",
                Markup.Escape(device.Name),
                device.ComputeCapability,
                $"{device.MemoryBytes / (double)(1 << 30):N1} GiB",
                $"{device.Multiprocessors}",
                $"{device.L2Bytes / (double)(1 << 20):N0} MiB",
                device.BytesPerSecond is { } rate ? $"{rate / 1e9:N0} GB/s" : "unknown");
        }
        screen.Write(devices);
    }
}
