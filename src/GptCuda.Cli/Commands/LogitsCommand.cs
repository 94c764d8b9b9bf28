using System.CommandLine;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda logits</c>: the model's raw answer in a file, for comparing with other programs.</summary>
internal static class LogitsCommand
{
    public static CommandDefinition Define()
    {
        TextSource source = TextSource.ForPrompt();
        ModelSettings model = new();
        Flag all = new("--all", "Logits of all positions, [T, V]; otherwise of the last, [1, V]");
        Setting<string?> file = SettingOf.Path("--out", "F", "The safetensors file to write: one F32 tensor 'logits'");
        var command = new Command("logits", "Write the logits of a prompt to a safetensors file");
        source.AddTo(command);
        command.Add(all.Option);
        command.Add(file.Option);
        model.AddTo(command);
        return new CommandDefinition(
            command,
            context => Run(context, source, model, all.IsSet(context.Parsed), file.Read(context.Parsed)),
            "gptcuda logits --ids 642,537,268 --all --out logits.safetensors");
    }

    private static int Run(CommandContext context, TextSource source, ModelSettings settings, bool all, string? file)
    {
        if (file is null)
            throw new UsageException("logits needs --out F, the file to write");
        Prompt prompt = source.Read(context) ?? throw new UsageException("logits needs a prompt, --file F, --ids L, or a pipe");
        LogitsFile.CheckPlace(file);
        using GptModel model = settings.Load(context, slots: 1);
        int[] ids = PromptIds.Of(prompt, model);
        if (ids.Length == 0)
            throw new UsageException("logits needs a prompt of at least one token");
        LogitsFile.Write(file, model.Logits(ids, all), model.Configuration.VocabularySize);
        if (settings.WantsStatistics(context))
            StatisticsReport.Write(model, seed: null, context.Terminal);
        return ExitCode.Success;
    }
}
