using System.Diagnostics;

namespace GptCuda.Cli.SelfTest;

/// <summary>Runs checks one after another and keeps what they came to; none of them stops the next.</summary>
internal sealed class CheckLog
{
    private readonly List<CheckFacts> _checks = [];

    /// <summary>All so far, in order.</summary>
    public IReadOnlyList<CheckFacts> Checks => _checks;

    /// <summary>Told of each check as it ends.</summary>
    public Action<CheckFacts> OnCheck { get; init; } = _ => { };

    /// <summary>Runs a check.</summary>
    /// <param name="group">cpu, cuda or kernels.</param>
    /// <param name="name">What is checked.</param>
    /// <param name="check">Does it; gives what it found, or null, and throws where it fails.</param>
    /// <returns>What it threw, or null.</returns>
    public Exception? Run(string group, string name, Func<string?> check)
    {
        long since = Stopwatch.GetTimestamp();
        Exception? failure = null;
        string? detail;
        try
        {
            detail = check();
        }
        catch (Exception exception)
        {
            failure = exception;
            detail = exception is CheckFailedException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        }
        string status = failure is null ? CheckFacts.Passed : CheckFacts.Failed;
        Add(new(group, name, status, Stopwatch.GetElapsedTime(since).TotalSeconds, detail));
        return failure;
    }

    /// <summary>Notes a check that failed before it could be run.</summary>
    public void Fail(string group, string name, string reason) => Add(new(group, name, CheckFacts.Failed, 0, reason));

    /// <summary>Notes a check that cannot be run here.</summary>
    public void Skip(string group, string name, string reason) => Add(new(group, name, CheckFacts.Skipped, 0, reason));

    private void Add(CheckFacts check)
    {
        _checks.Add(check);
        OnCheck(check);
    }
}
