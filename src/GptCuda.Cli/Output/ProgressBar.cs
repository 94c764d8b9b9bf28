using Spectre.Console;

namespace GptCuda.Cli.Output;

/// <summary>A bar on standard error while something long runs, where that is a terminal.</summary>
internal static class ProgressBar
{
    /// <param name="terminal">Where it is drawn.</param>
    /// <param name="slow">Whether the work takes long enough for a bar.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="work">Does it, and reports from 0 to 1; what it reports to is null where there is no bar.</param>
    public static T Run<T>(Terminal terminal, bool slow, string title, Func<Action<double>?, T> work)
    {
        if (!slow || !terminal.ErrorIsTerminal)
            return work(null);
        return Screen.OfError(terminal).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(bar =>
            {
                ProgressTask task = bar.AddTask(Markup.Escape(title), maxValue: 1);
                return work(done => task.Value = done);
            });
    }
}
