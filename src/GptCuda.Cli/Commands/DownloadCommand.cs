using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine.Download;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda download</c>: fetches a model, verifies it, and goes on where an earlier attempt stopped.</summary>
internal static class DownloadCommand
{
    public static CommandDefinition Define()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "124M, 355M, 774M, 1558M, or a Hugging Face repository id",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Setting<DownloadSource?> source = SettingOf.Choice<DownloadSource>(
            "--source",
            "Who serves the files (default: huggingface)",
            new("openai", DownloadSource.OpenAI), new("huggingface", DownloadSource.HuggingFace));
        Setting<string?> revision = SettingOf.Text(
            "--revision", "REVISION", "Branch, tag or commit of a Hugging Face repository (default: main)");
        Setting<string?> models = ModelChoice.Folder();
        var command = new Command("download", "Fetch a model, verify it, resume where an earlier attempt stopped")
        {
            name, source.Option, revision.Option, models.Option,
        };
        return new CommandDefinition(
            command,
            context => Run(
                context,
                context.Parsed.GetValue(name),
                source.Read(context.Parsed) ?? DownloadSource.HuggingFace,
                revision.Read(context.Parsed),
                models.Read(context.Parsed)),
            "gptcuda download 124M",
            "gptcuda download 774M --source openai",
            "gptcuda download openai-community/gpt2-medium --models_dir models");
    }

    private static int Run(CommandContext context, string? name, DownloadSource source, string? revision, string? models)
    {
        if (string.IsNullOrEmpty(name))
            throw new UsageException($"download needs a name: {string.Join(", ", OfficialModels.Repositories.Keys)}, or a repository id");
        // The dots would be taken for steps in the address's path.
        if (revision is "" or "." or "..")
            throw new UsageException($"--revision: expected a branch, tag or commit, found '{revision}'");
        if (revision is not null && source == DownloadSource.OpenAI)
            throw new UsageException("--revision: OpenAI's files have none; it goes with --source huggingface");
        string directory = ModelFetch.Run(context, name, source, revision, models);
        context.Terminal.Say($"{name} is in {directory}");
        return ExitCode.Success;
    }
}
