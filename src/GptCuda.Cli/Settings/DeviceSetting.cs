using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine;

namespace GptCuda.Cli.Settings;

/// <summary><c>--device</c>.</summary>
internal sealed class DeviceSetting
{
    private readonly Setting<Choice?> _device = SettingOf.Value(
        "--device", "auto|cpu|cuda|cuda:N", "What computes (default: auto)", "one of auto, cpu, cuda, cuda:N", Choice.Read);

    public Option Option => _device.Option;

    /// <summary>The device, <c>auto</c> where none is given.</summary>
    public DeviceSelection Read(CommandContext context) => _device.Read(context.Parsed)?.Selection ?? DeviceSelection.Auto;

    /// <summary><see cref="DeviceSelection"/> as a reference, which is what an absent option leaves null.</summary>
    private sealed record Choice(DeviceSelection Selection)
    {
        public static Choice? Read(string text) => DeviceSelection.TryParse(text, out DeviceSelection device) ? new(device) : null;
    }
}
