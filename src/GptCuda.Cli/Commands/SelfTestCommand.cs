using System.CommandLine;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.SelfTest;
using GptCuda.Cli.Settings;
using Spectre.Console;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda selftest</c>: whether this program computes rightly on this machine, as a page for a report of a fault.</summary>
internal sealed class SelfTestCommand
{
    private readonly Setting<string?> _models = ModelChoice.Folder();
    private readonly DeviceSetting _device = new();

    private readonly Setting<int?> _threads = SettingOf.Integer(
        "--threads", "N", 1, "Threads of the CPU (default: one a processor)", most: 1024);

    private readonly Flag _quick = new(
        "--quick", "Leave out variations of kernel checks, most of the text on the GPU, and the official model's");

    private readonly Flag _each = new("--each", "A line for each kernel check, not only for each kernel");
    private readonly Flag _json = new("--json", "Print one JSON object, with every check");

    private SelfTestCommand() { }

    public static CommandDefinition Define()
    {
        var self = new SelfTestCommand();
        var command = new Command("selftest", "Check the CPU, the kernels and the GPU of this machine against known results")
        {
            self._device.Option, self._quick.Option, self._each.Option, self._json.Option, self._models.Option, self._threads.Option,
        };
        return new CommandDefinition(command, self.Run, "gptcuda selftest", "gptcuda selftest --device cuda --json > selftest.json");
    }

    private int Run(CommandContext context)
    {
        var options = new SelfTestOptions(
            _device.Read(context), _quick.IsSet(context.Parsed), _threads.Read(context.Parsed), _models.Read(context.Parsed));
        SelfTestFacts facts = context.Terminal.ErrorIsTerminal
            ? Screen.OfError(context.Terminal).Status().Start(
                "selftest", status => SelfTestRun.Run(options, check => status.Status(Markup.Escape(check.Name))))
            : SelfTestRun.Run(options, _ => { });
        if (_json.IsSet(context.Parsed))
            JsonLines.Write(context.Terminal.Out, facts, CliJson.Default.SelfTestFacts);
        else
            SelfTestPage.Write(facts, _each.IsSet(context.Parsed), context.Terminal);
        if (facts.Success)
            return ExitCode.Success;
        context.Terminal.Out.Flush();
        context.Terminal.Say($"selftest: {SelfTestPage.Verdict(facts)}");
        return ExitCode.Failure;
    }
}
