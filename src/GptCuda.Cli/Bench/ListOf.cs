using System.Globalization;
using GptCuda.Cli.Parsing;
using GptCuda.Engine;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Bench;

/// <summary>Options with several values, <c>1,2,4</c>: every combination is measured.</summary>
internal static class ListOf
{
    /// <summary>Integers from a range.</summary>
    public static Setting<int[]?> Integers(string name, int least, int most, string description) => SettingOf.Value(
        name, "N,..", description, $"integers from {least} to {most}, for example {Math.Max(least, 1)},{Math.Max(least, 1) + 1}",
        text => Read(text, word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
                ? value
                : (int?)null));

    /// <summary>Types of weights.</summary>
    public static Setting<ElementType[]?> Types(string name, string description) => SettingOf.Value(
        name, "TYPE,..", description, "types of f32, bf16, f16, int8, for example f32,int8",
        text => Read<ElementType>(text, word => word switch
        {
            "f32" => ElementType.F32,
            "bf16" => ElementType.BF16,
            "f16" => ElementType.F16,
            "int8" => ElementType.Int8,
            _ => null,
        }));

    /// <summary>Devices.</summary>
    public static Setting<DeviceSelection[]?> Devices(string name, string description) => SettingOf.Value(
        name, "DEVICE,..", description, "devices of auto, cpu, cuda, cuda:N, for example cpu,cuda", text => Read(text, word =>
            DeviceSelection.TryParse(word, out DeviceSelection device) ? device : (DeviceSelection?)null));

    /// <summary>The values of a list, each once; null where one of them is none.</summary>
    private static T[]? Read<T>(string text, Func<string, T?> read)
        where T : struct
    {
        T?[] values = Array.ConvertAll(text.Split(','), word => read(word.Trim()));
        return values.Contains(null) ? null : [.. values.Select(value => value!.Value).Distinct()];
    }
}
