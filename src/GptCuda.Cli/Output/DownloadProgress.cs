using System.Diagnostics;
using GptCuda.Engine.Download;

namespace GptCuda.Cli.Output;

/// <summary>
/// A download on standard error: what is fetched, then how far it is, with rate and time left. At a terminal one line that is
/// written over; in a log a line now and then.
/// </summary>
internal sealed class DownloadProgress(Terminal terminal) : IDownloadObserver, IDisposable
{
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new();
    private readonly Dictionary<string, long> _present = [];
    private long _total;
    private long _earlier;
    private TimeSpan _next;
    private int _lineLength;

    /// <inheritdoc/>
    public void Planned(string description, IReadOnlyList<RemoteFile> files, long present, string directory)
    {
        terminal.Say($"from {description}");
        foreach (RemoteFile file in files)
            terminal.Say($"  {file.Name}  {Size(file.Length)}");
        _total = files.Sum(file => file.Length);
        _earlier = present;
        terminal.Say($"{Size(_total)} in all{(present > 0 ? $", {Size(present)} already here" : "")}, to {directory}");
        _clock.Start();
        _next = terminal.ErrorIsTerminal ? TerminalInterval : LogInterval;
    }

    /// <inheritdoc/>
    public void Advanced(RemoteFile file, long present)
    {
        lock (_lock)
        {
            _present[file.Name] = present;
            if (_clock.Elapsed < _next)
                return;
            _next = _clock.Elapsed + (terminal.ErrorIsTerminal ? TerminalInterval : LogInterval);
            long done = _present.Values.Sum();
            double rate = Math.Max(0, done - _earlier) / _clock.Elapsed.TotalSeconds;
            string left = rate > 0 ? $", {Time((long)((_total - done) / rate))} left" : "";
            Show($"{100.0 * done / _total:0.0} %  {Size(done)} of {Size(_total)}, {Size((long)rate)}/s{left}  {file.Name}");
        }
    }

    /// <inheritdoc/>
    public void Said(string message)
    {
        lock (_lock)
        {
            Erase();
            terminal.Say(message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            Erase();
    }

    private void Show(string line)
    {
        if (!terminal.ErrorIsTerminal)
        {
            terminal.Say(line);
            return;
        }
        // A line that wraps could not be written over.
        int room = Console.WindowWidth is > 1 and int width ? width - 1 : line.Length;
        string shown = line.Length > room ? line[..room] : line;
        terminal.Error.Write('\r' + shown.PadRight(Math.Min(_lineLength, room)));
        _lineLength = shown.Length;
    }

    private void Erase()
    {
        if (_lineLength > 0)
            terminal.Error.Write('\r' + new string(' ', _lineLength) + '\r');
        _lineLength = 0;
    }

    private static string Time(long seconds) => $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}";

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (double)(1L << 30):0.00} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):0.0} MiB",
        >= 1L << 10 => $"{bytes / (double)(1L << 10):0.0} KiB",
        1 => "1 byte",
        _ => $"{bytes} bytes",
    };
}
