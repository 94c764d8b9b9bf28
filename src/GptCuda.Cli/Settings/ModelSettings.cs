using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>The options of every command that loads a model.</summary>
internal sealed class ModelSettings
{
    private readonly ModelChoice _choice = new();

    private readonly DeviceSetting _device = new();

    private readonly Setting<ElementType?> _dtype =
        DtypeSetting.Of("--dtype", "How the weights are held (default: f32; on a GPU bf16, below sm_80 f16)");

    private readonly Setting<int?> _threads = SettingOf.Integer(
        "--threads", "N", 1, "Threads of the CPU (default: one a processor)", most: 1024);

    private readonly Flag _stats = new("--stats", "Print times, speed and memory on standard error");

    /// <param name="command">The command that gets the options.</param>
    /// <param name="computes">Whether it computes anything that <c>--stats</c> could be about.</param>
    public void AddTo(Command command, bool computes = true)
    {
        _choice.AddTo(command);
        command.Add(_device.Option);
        command.Add(_dtype.Option);
        command.Add(_threads.Option);
        if (computes)
            command.Add(_stats.Option);
    }

    /// <summary>Whether <c>--stats</c> is given.</summary>
    public bool WantsStatistics(CommandContext context) => _stats.IsSet(context.Parsed);

    /// <summary>A folder, or a <c>synthetic:</c> model.</summary>
    public string Location(CommandContext context) => _choice.Location(context);

    /// <inheritdoc cref="ModelChoice.LocationOf"/>
    public string LocationOf(CommandContext context, string model, string option) => _choice.LocationOf(context, model, option);

    /// <summary>How the model is to be loaded.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="slots">Sequences at a time, or null for what fits.</param>
    public ModelOptions Options(CommandContext context, int? slots) => new()
    {
        Device = _device.Read(context),
        WeightType = _dtype.Read(context.Parsed),
        Threads = _threads.Read(context.Parsed),
        Slots = slots,
        Notice = context.Terminal.Say,
    };

    /// <summary>Loads the model; what <c>auto</c> chose is said on standard error with the result. The caller disposes it.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="slots">Sequences at a time, or null for what fits.</param>
    public GptModel Load(CommandContext context, int? slots)
    {
        GptModel model = GptModel.Load(Location(context), Options(context, slots));
        if (model.DeviceReason is { } reason)
            context.Terminal.SayWithResult(reason);
        return model;
    }
}
