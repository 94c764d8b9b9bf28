using System.Text;
using Spectre.Console;

namespace GptCuda.Cli.Output;

/// <summary>Standard error as Spectre.Console draws on it; it honours NO_COLOR and dumb terminals by itself.</summary>
internal sealed class ErrorConsole : IAnsiConsoleOutput
{
    private readonly Terminal _terminal;

    private ErrorConsole(Terminal terminal) => _terminal = terminal;

    public static IAnsiConsole Create(Terminal terminal) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new ErrorConsole(terminal), Interactive = InteractionSupport.Yes });

    public TextWriter Writer => _terminal.Error;

    public bool IsTerminal => _terminal.ErrorIsTerminal;

    public int Width => Console.WindowWidth is > 0 and int width ? width : 80;

    public int Height => Console.WindowHeight is > 0 and int height ? height : 24;

    public void SetEncoding(Encoding encoding)
    {
        // The stream is UTF-8 from the start.
    }
}
