using System.Text.RegularExpressions;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda interactive</c>, and what differs at a terminal.</summary>
public sealed class InteractiveTests
{
    private static readonly string[] Greedy = ["interactive", "--greedy", "-n", "5", "--device", "cpu"];

    [Fact]
    public void RedirectedLines_AreContinuedWithoutAPromptString()
    {
        CliResult result = Shell.RunWithInput("Call me\n\r\nAnd God said,", Greedy).Succeeded();
        Assert.Equal(", and I will be\n I will not go up\n", result.Output);
        Assert.Empty(result.ErrorBytes);
    }

    [Fact]
    public void RedirectedLines_AreThoseOfPipedPrompts()
    {
        // A byte order mark before the first is no text, and a carriage return within a line does not end it.
        CliResult result = Shell.RunWithInput("\uFEFFCall me\nAnd\rGod said,\n", Greedy).Succeeded();
        string[] single = ["--greedy", "-n", "5", "--device", "cpu"];
        Assert.Equal(
            Shell.RunWithInput("Call me\n", single).Output + Shell.RunWithInput("And\rGod said,\n", single).Output, result.Output);
    }

    [Fact]
    public void RedirectedLine_ThatIsNotUtf8_FailsAfterThoseBeforeItWithItsNumber()
    {
        CliResult result = new CliRun { Arguments = Greedy, Input = [.. "Call me\nAnd "u8, 0xFF, .. " God\n"u8] }.Finish();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(", and I will be\n", result.Output);
        Assert.Equal("gptcuda: standard input line 2: not UTF-8 at byte 4\n", result.Error);
    }

    [SkippableFact]
    public void Terminal_HasArrowKeysAndHistory()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pseudo-terminals are opened the way Linux does it");
        using var folder = new TemporaryFolder();
        string output = folder.File("out");
        using var terminal = new PseudoTerminal($"<$TTY >{output} 2>$TTY", Greedy);
        terminal.WaitFor("> ");
        // "Cll mx": back over it with the arrows, corrected, and entered.
        terminal.Type("Cll mx\e[D\e[D\e[D\e[D\e[Da\e[F\x7f" + "e\r");
        terminal.WaitFor(() => File.ReadAllText(output).Contains('\n'), "the first continuation");
        // The same line again out of the history, made longer.
        terminal.Type("something else\e[A,\r");
        terminal.WaitFor(() => File.ReadAllText(output).Count(letter => letter == '\n') == 2, "the second continuation");
        terminal.Type("\x04");
        Assert.Equal(0, terminal.WaitForExit());
        string second = Shell.Run("--greedy", "-n", "5", "Call me,").Succeeded().Output;
        Assert.Equal(", and I will be\n" + second, File.ReadAllText(output));
    }

    [SkippableFact]
    public void Terminal_CtrlC_EndsWith130()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pseudo-terminals are opened the way Linux does it");
        using var terminal = new PseudoTerminal("<$TTY >$TTY 2>$TTY", Greedy);
        terminal.WaitFor("> ");
        Signals.Interrupt(terminal.ProcessId);
        Assert.Equal(130, terminal.WaitForExit());
    }

    [SkippableFact]
    public void Terminal_WithoutPrompt_SaysWhereItStarts()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pseudo-terminals are opened the way Linux does it");
        using var terminal = new PseudoTerminal("<$TTY >$TTY 2>$TTY", ["--greedy", "-n", "3"]);
        Assert.Equal(0, terminal.WaitForExit());
        Assert.Contains("end-of-text token", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains(Shell.Run("--greedy", "-n", "3", "").Succeeded().Output.Trim(), terminal.Screen, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Terminal_CommandsThatNeedAText_SaySo()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pseudo-terminals are opened the way Linux does it");
        foreach (string command in (string[])["score", "tokenize", "detokenize"])
        {
            using var terminal = new PseudoTerminal("<$TTY >$TTY 2>$TTY", [command]);
            Assert.Equal(2, terminal.WaitForExit());
            Assert.Contains($"{command} needs ", terminal.Screen, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ProgressBar_IsDrawnAtATerminal_AndColouredUnlessNoColorIsSet(bool noColor)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pseudo-terminals are opened the way Linux does it");
        using var folder = new TemporaryFolder();
        string book = folder.Write("book.txt", string.Concat(Enumerable.Repeat("And it came to pass in those days. ", 1500)));
        string output = folder.File("out");
        using var terminal = new PseudoTerminal(
            $"<$TTY >{output} 2>$TTY", ["score", "--file", book, "--json"], noColor ? [("NO_COLOR", "1")] : []);
        Assert.Equal(0, terminal.WaitForExit());
        Assert.Contains("scoring", terminal.Screen, StringComparison.Ordinal);
        Assert.Equal(!noColor, Regex.IsMatch(terminal.Screen, "\e\\[[0-9;]*[34]8;5;|\e\\[[0-9;]*9?3[0-9]m"));
        Assert.StartsWith("{\"tokens\":", File.ReadAllText(output), StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(output));
    }
}
