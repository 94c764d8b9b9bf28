using System.Text;

namespace GptCuda.Cli.Output;

/// <summary>
/// The three standard streams. The result goes to <see cref="Out"/>, everything else to <see cref="Error"/>; both are UTF-8
/// without a byte order mark on every system.
/// </summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    private string? _withResult;

    public Terminal()
    {
        // A console of Windows decodes what is written by its code page; a redirected stream takes the bytes as they are.
        if (OperatingSystem.IsWindows() && !(Console.IsOutputRedirected && Console.IsErrorRedirected))
            Console.OutputEncoding = Encoding;
        Out = new StreamWriter(StandardOutput.Open(), Encoding, bufferSize: 4096) { NewLine = "\n" };
        Error = new StreamWriter(new StandardError(), Encoding, bufferSize: 1024) { NewLine = "\n", AutoFlush = true };
    }

    /// <summary>The result. Buffered: whoever writes flushes where a reader should see it.</summary>
    public TextWriter Out { get; }

    /// <summary>Progress, statistics, errors; written through at once.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether somebody looks at standard error, so that progress and notices serve.</summary>
    public bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected;

    /// <summary>Whether somebody looks at standard output.</summary>
    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Whether somebody types; otherwise standard input is a file, a pipe or closed.</summary>
    public bool InputIsTerminal { get; } = !Console.IsInputRedirected;

    /// <summary>Whether standard input is a file or a pipe, which is read where nothing else is given.</summary>
    public bool InputIsRedirected { get; } = Console.IsInputRedirected && InheritedDescriptor.IsOpen(0);

    /// <summary>A line for people on standard error.</summary>
    public void Say(string line) => Error.WriteLine($"gptcuda: {OneLine(line)}");

    /// <summary>Keeps a line until there is a result: a command that fails says one line, what went wrong.</summary>
    public void SayWithResult(string line) => _withResult = line;

    /// <summary>Says what <see cref="SayWithResult"/> kept, once; called where a result begins.</summary>
    public void ResultBegins()
    {
        if (Interlocked.Exchange(ref _withResult, null) is { } line)
            Say(line);
    }

    /// <summary>
    /// A message as one line that shows what it holds and does nothing else: it may quote a file or an argument, and a terminal obeys
    /// control characters, and writes backwards after some others.
    /// </summary>
    internal static string OneLine(string message)
    {
        string line = string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Any(Steers) ? string.Concat(line.Select(letter => Steers(letter) ? $"\\u{(int)letter:x4}" : letter.ToString())) : line;
    }

    /// <summary>Control characters, separators of lines and paragraphs, and what changes the direction of writing.</summary>
    private static bool Steers(char letter) =>
        char.IsControl(letter) || letter is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
