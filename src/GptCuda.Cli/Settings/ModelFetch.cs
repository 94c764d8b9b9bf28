using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Download;

namespace GptCuda.Cli.Settings;

/// <summary>A download with its progress on standard error, for <c>download</c> and for <c>--model_type</c>.</summary>
internal static class ModelFetch
{
    /// <returns>The model's folder.</returns>
    /// <exception cref="UsageException">The name or an endpoint is none.</exception>
    public static string Run(CommandContext context, string name, DownloadSource source, string? revision, string? models)
    {
        context.Interruption.Handled = true;
        try
        {
            DownloadOptions options = DownloadOptions.FromEnvironment() with { Source = source };
            if (revision is not null)
                options = options with { Revision = revision };
            using DownloadProgress progress = new(context.Terminal);
            return ModelDownload.RunAsync(name, models, options, progress, context.Interruption.Token).GetAwaiter().GetResult();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
