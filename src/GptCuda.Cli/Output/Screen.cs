using System.Text;
using Spectre.Console;

namespace GptCuda.Cli.Output;

/// <summary>One of the standard streams as Spectre.Console draws on it; it honours NO_COLOR and dumb terminals by itself.</summary>
internal sealed class Screen : IAnsiConsoleOutput
{
    private const int WidthOfFiles = 100;

    private Screen(TextWriter writer, bool isTerminal)
    {
        Writer = writer;
        IsTerminal = isTerminal;
    }

    public TextWriter Writer { get; }

    public bool IsTerminal { get; }

    public int Width => IsTerminal && Console.WindowWidth is > 0 and int width ? width : WidthOfFiles;

    public int Height => IsTerminal && Console.WindowHeight is > 0 and int height ? height : 24;

    /// <summary>Standard output, for tables.</summary>
    public static IAnsiConsole OfOutput(Terminal terminal) => Create(terminal.Out, terminal.OutputIsTerminal);

    /// <summary>Standard error, for progress.</summary>
    public static IAnsiConsole OfError(Terminal terminal) => Create(terminal.Error, terminal.ErrorIsTerminal);

    public void SetEncoding(Encoding encoding)
    {
        // The streams are UTF-8 from the start.
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Screen(writer, isTerminal),
        Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
    });
}
