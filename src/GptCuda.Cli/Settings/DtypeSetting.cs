using GptCuda.Cli.Parsing;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>An option that names how weights are held.</summary>
internal static class DtypeSetting
{
    public static Setting<ElementType?> Of(string name, string description) => SettingOf.Choice<ElementType>(
        name,
        description,
        new("f32", ElementType.F32), new("bf16", ElementType.BF16), new("f16", ElementType.F16), new("int8", ElementType.Int8));
}
