using System.Text;
using Spectre.Console;

namespace GptCuda.Cli.Output;

/// <summary>One of the standard streams as Spectre.Console draws on it; it honours NO_COLOR and dumb terminals by itself.</summary>
internal sealed class Screen : IAnsiConsoleOutput
{
    private const int WidthOfFiles = 100;

    private readonly int _widthOfFiles;

    private Screen(TextWriter writer, bool isTerminal, int widthOfFiles)
    {
        Writer = writer;
        IsTerminal = isTerminal;
        _widthOfFiles = widthOfFiles;
    }

    public TextWriter Writer { get; }

    public bool IsTerminal { get; }

    public int Width => IsTerminal && Console.WindowWidth is > 0 and int width ? width : _widthOfFiles;

    public int Height => IsTerminal && Console.WindowHeight is > 0 and int height ? height : 24;

    /// <summary>Standard output, for tables.</summary>
    /// <param name="terminal">The streams.</param>
    /// <param name="widthOfFiles">Columns where nobody looks, for a table that needs more.</param>
    public static IAnsiConsole OfOutput(Terminal terminal, int widthOfFiles = WidthOfFiles) =>
        Create(terminal.Out, terminal.OutputIsTerminal, widthOfFiles);

    /// <summary>Standard error, for progress.</summary>
    public static IAnsiConsole OfError(Terminal terminal) => Create(terminal.Error, terminal.ErrorIsTerminal, WidthOfFiles);

    public void SetEncoding(Encoding encoding)
    {
        // The streams are UTF-8 from the start.
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal, int widthOfFiles) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Screen(writer, isTerminal, widthOfFiles),
        Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
    });
}
