using System.CommandLine;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda interactive</c>: a prompt a line until the end of input, each continued by itself.</summary>
internal static class InteractiveCommand
{
    public static CommandDefinition Define()
    {
        ModelSettings model = new();
        GenerationSettings generation = new();
        Flag special = new("--special", "Read <|endoftext|> in a prompt as the end-of-text token");
        var command = new Command("interactive", "Continue prompts, one a line, until the end of input") { special.Option };
        generation.AddTo(command);
        model.AddTo(command);
        return new CommandDefinition(
            command,
            context => Run(context, model, generation, special),
            "gptcuda interactive -n 60",
            "gptcuda interactive -n 20 --greedy < prompts.txt");
    }

    private static int Run(CommandContext context, ModelSettings modelSettings, GenerationSettings generation, Flag special)
    {
        GenerationOptions options = generation.Read(context.Parsed);
        using GptModel model = modelSettings.Load(context, slots: 1);
        Vocabulary.Require(model, "interactive needs them");
        using LineReader? redirected = context.Terminal.InputIsTerminal ? null : new(InputFile.Open(InputFile.StandardInput));
        Func<string?> nextLine = redirected is null
            ? new LineEditor(context.Terminal.Error, "> ").ReadLine
            : () => InputFile.ReadLine(redirected, InputFile.StandardInput);
        while (!context.Interruption.Happened && nextLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            // While a line is typed Ctrl-C ends the program at once; while one is continued, after what there is.
            context.Interruption.Handled = true;
            Continue(model, Prompt.FromText(line, special.IsSet(context.Parsed)), options, context);
            context.Interruption.Handled = false;
        }
        if (modelSettings.WantsStatistics(context))
            StatisticsReport.Write(model, options.Sampling.IsGreedy ? null : options.Seed, context.Terminal);
        return ExitCode.Success;
    }

    /// <summary>A prompt that does not serve, too long for the context for instance, ends a file of them but not a conversation.</summary>
    private static void Continue(GptModel model, Prompt prompt, GenerationOptions options, CommandContext context)
    {
        try
        {
            Continuation.Print(model, prompt, options, context);
        }
        catch (ArgumentException exception) when (context.Terminal.InputIsTerminal)
        {
            context.Terminal.Say(exception.Message);
        }
    }
}
