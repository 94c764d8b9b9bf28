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

    /// <remarks>The source has nothing to free, and a Ctrl-C of this moment may still be about to cancel it.</remarks>
    public void Dispose() => _registration.Dispose();

    private void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        bool again = _source.IsCancellationRequested;
        // First, so that a command that ends by itself just now, with its input say, ends as interrupted.
        _source.Cancel();
        if (!_handled || again)
            Environment.Exit(ExitCode.Interrupted);
    }
}
