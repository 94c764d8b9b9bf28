using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine;
using GptCuda.Engine.Download;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>Which model: <c>--model</c>, <c>--model_type</c>, <c>--models_dir</c>.</summary>
/// <param name="standard">The model where none is named; null for the one beside the program.</param>
internal sealed class ModelChoice(string? standard = null)
{
    private readonly Setting<string?> _model = SettingOf.Text(
        "--model", "NAME|DIR|synthetic:SIZE[:SEED]", $"The model (default: {standard ?? "the small one beside the program"})");

    private readonly Setting<string?> _type = SettingOf.Text(
        "--model_type", "NAME", "The same as --model NAME, and fetches what is absent");

    private readonly Setting<string?> _models = Folder();

    /// <summary><c>--models_dir</c>.</summary>
    public static Setting<string?> Folder() => SettingOf.Path(
        "--models_dir", "DIR", "Where models are looked up by name (default: $GPTCUDA_MODELS, else gptcuda in the user's cache folder)");

    public void AddTo(Command command)
    {
        command.Add(_model.Option);
        command.Add(_type.Option);
        command.Add(_models.Option);
    }

    /// <summary>A folder, or a <c>synthetic:</c> model.</summary>
    /// <exception cref="UsageException">The choice is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model; the message says how to get it.</exception>
    public string Location(CommandContext context)
    {
        string? model = _model.Read(context.Parsed), type = _type.Read(context.Parsed);
        if (model is not null && type is not null)
            throw new UsageException($"--model {model} and --model_type {type} say the same thing; give one");
        string? models = _models.Read(context.Parsed);
        if (type is not null && ModelDirectory.IsName(type) && !Directory.Exists(type)
            && !Directory.Exists(ModelDirectory.PathOf(type, models)))
            return ModelFetch.Run(context, type, DownloadSource.HuggingFace, revision: null, models);
        return LocationOf(context, model ?? type ?? standard ?? ModelDirectory.Shipped, "--model");
    }

    /// <summary>What another option than <c>--model</c> names, looked up in the same places.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="model">The option's value.</param>
    /// <param name="option">The option's name, for messages.</param>
    /// <exception cref="UsageException">The choice is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model; the message says how to get it.</exception>
    public string LocationOf(CommandContext context, string model, string option)
    {
        if (model.Length == 0)
            throw new UsageException($"{option}: expected a folder or a name, found ''");
        if (!model.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal))
            return ModelDirectory.Resolve(model, _models.Read(context.Parsed));
        CheckSynthetic(model);
        return model;
    }

    private static void CheckSynthetic(string location)
    {
        try
        {
            SyntheticWeightSource.Parse(location).Dispose();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
