using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>Which model: <c>--model</c>, <c>--model_type</c>, <c>--models_dir</c>.</summary>
internal sealed class ModelChoice
{
    private readonly Option<string?> _model = OptionOf.Text(
        "--model", "NAME|DIR|synthetic:SIZE[:SEED]", "The model (default: the small one beside the program)");

    private readonly Option<string?> _type = OptionOf.Text("--model_type", "NAME", "The same as --model NAME");

    private readonly Option<string?> _models = OptionOf.Text(
        "--models_dir", "DIR", "Where models are looked up by name (default: $GPTCUDA_MODELS, else gptcuda in the user's cache folder)");

    public void AddTo(Command command)
    {
        command.Add(_model);
        command.Add(_type);
        command.Add(_models);
    }

    /// <summary>A folder, or a <c>synthetic:</c> model.</summary>
    /// <exception cref="UsageException">The choice is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model; the message says how to get it.</exception>
    public string Location(CommandContext context)
    {
        string? model = context.Parsed.GetValue(_model), type = context.Parsed.GetValue(_type);
        if (model is not null && type is not null)
            throw new UsageException($"--model {model} and --model_type {type} say the same thing; give one");
        string chosen = model ?? type ?? ModelDirectory.Shipped;
        if (chosen.Length == 0)
            throw new UsageException("--model: expected a folder or a name, found ''");
        if (!chosen.StartsWith(SyntheticWeightSource.Scheme, StringComparison.Ordinal))
            return ModelDirectory.Resolve(chosen, context.Parsed.GetValue(_models));
        CheckSynthetic(chosen);
        return chosen;
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
