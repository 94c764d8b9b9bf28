using System.Runtime.InteropServices;

namespace GptCuda.Cli;

/// <summary>
/// Ctrl-C. While it is <see cref="Handled"/> the first one cancels <see cref="Token"/>, and the command prints what it has;
/// otherwise, and the second time, the process ends at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _registration;
    private volatile bool _handled;

    public Interruption() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt);

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether Ctrl-C was pressed.</summary>
    public bool Happened => _source.IsCancellationRequested;

    /// <summary>Whether the command ends by itself, and soon, when <see cref="Token"/> is cancelled.</summary>
    public bool Handled
    {
        get => _handled;
        set => _handled = value;
    }

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_handled || _source.IsCancellationRequested)
            Environment.Exit(ExitCode.Interrupted);
        _source.Cancel();
    }
}
