using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>What a model is compared with.</summary>
internal sealed class AgainstSettings
{
    private readonly Setting<ComputationKind?> _against = SettingOf.Choice<ComputationKind>(
        "--against",
        "What computes the expected values (default: reference, which is slow and double precision)",
        new("reference", ComputationKind.Reference), new("cpu", ComputationKind.Cpu), new("cuda", ComputationKind.Cuda));

    private readonly Setting<ElementType?> _dtype = DtypeSetting.Of(
        "--against-dtype", "How its weights are held or rounded (default: as --dtype)");

    private readonly Setting<string?> _model = SettingOf.Text(
        "--against-model", "NAME|DIR|synthetic:SIZE[:SEED]", "Its model, of the same shape (default: the same)");

    public void AddTo(Command command)
    {
        command.Add(_against.Option);
        command.Add(_dtype.Option);
        command.Add(_model.Option);
    }

    /// <summary>What computes.</summary>
    public ComputationKind Kind(CommandContext context) => _against.Read(context.Parsed) ?? ComputationKind.Reference;

    /// <summary>Its type, or null for that of the other side.</summary>
    public ElementType? Dtype(CommandContext context) => _dtype.Read(context.Parsed);

    /// <summary>Its model, or null for that of the other side.</summary>
    public string? Model(CommandContext context) => _model.Read(context.Parsed);
}
