using System.Globalization;
using System.Text.RegularExpressions;

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>NVRTC's options, a row each (NVRTC documentation, "Supported Compile Options").</summary>
internal static partial class OptionTable
{
    public static IReadOnlyList<OptionRow> Rows { get; } =
    [
        new("--gpu-architecture", ["-arch"], OptionForm.Value, SetArchitecture),
        new("--std", ["-std"], OptionForm.Value, SetStandard),
        new("--define-macro", ["-D"], OptionForm.Attached, (options, value) => options.Verbatim.Add($"-D{value}")),
        new("--undefine-macro", ["-U"], OptionForm.Attached, (options, value) => options.Verbatim.Add($"-U{value}")),
        new("--include-path", ["-I"], OptionForm.Attached, (options, value) => options.Verbatim.Add($"-I{Path.GetFullPath(value)}")),
        new("--pre-include", ["-include"], OptionForm.Value, (options, value) => options.PreIncludes.Add(value)),
        new("--fmad", ["-fmad"], OptionForm.Switch, (options, value) => options.ContractsFma = value == "true"),
        new("--ftz", ["-ftz"], OptionForm.Switch, (options, value) => options.FlushesSubnormals = value == "true"),
        new("--prec-div", ["-prec-div"], OptionForm.Switch, (options, value) => options.ExactDivision = value == "true"),
        new("--prec-sqrt", ["-prec-sqrt"], OptionForm.Switch, (options, value) => options.ExactSquareRoot = value == "true"),
        new("--use_fast_math", ["-use_fast_math"], OptionForm.Alone, UseFastMath),
        new("--device-debug", ["-G"], OptionForm.Alone, (options, _) => options.IsUnoptimized = true),
        new("--device-as-default-execution-space", ["-default-device"], OptionForm.Alone, (options, _) => options.DeviceByDefault = true),
        new("--disable-warnings", ["-w"], OptionForm.Alone, (options, _) => options.Verbatim.Add("-w")),
        new("--relocatable-device-code", ["-rdc"], OptionForm.Switch, RefuseLinking),
        new("--maxrregcount", ["-maxrregcount"], OptionForm.Value, CheckRegisters),

        // Lines are always kept, every function of the compiler's own is always there, and ptxas has no part in this.
        new("--generate-line-info", ["-lineinfo"], OptionForm.Alone, Nothing),
        new("--minimal", ["-minimal"], OptionForm.Alone, Nothing),
        new("--restrict", ["-restrict"], OptionForm.Alone, Nothing),
        new("--extra-device-vectorization", ["-extra-device-vectorization"], OptionForm.Alone, Nothing),
        new("--dopt", ["-dopt"], OptionForm.Value, Nothing),
        new("--ptxas-options", ["-Xptxas"], OptionForm.Value, Nothing),
        new("--modify-stack-limit", ["-modify-stack-limit"], OptionForm.Switch, Nothing),
        new("--builtin-move-forward", ["-builtin-move-forward"], OptionForm.Switch, Nothing),
        new("--builtin-initializer-list", ["-builtin-initializer-list"], OptionForm.Switch, Nothing),
        new("--no-source-include", ["-no-source-include"], OptionForm.Alone, Nothing),
        new("--split-compile", ["-split-compile"], OptionForm.Value, Nothing),
        new("--display-error-number", ["-err-no"], OptionForm.Alone, Nothing),
        new("--no-display-error-number", ["-no-err-no"], OptionForm.Alone, Nothing),
        new("--diag-suppress", ["-diag-suppress"], OptionForm.Value, Nothing),
        new("--diag-warn", ["-diag-warn"], OptionForm.Value, Nothing),
        new("--brief-diagnostics", ["-brief-diag"], OptionForm.Switch, Nothing),
    ];

    private static void Nothing(CompileOptions options, string value)
    {
    }

    private static void SetArchitecture(CompileOptions options, string value)
    {
        Match match = ArchitectureName().Match(value);
        if (!match.Success)
            throw Refused($"\"{value}\" is no architecture; sm_80 and compute_80 are.");
        options.Architecture = match.Groups[2].Value + match.Groups[3].Value;
        options.Capability = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        options.IsReal = match.Groups[1].Value == "sm";
    }

    private static void SetStandard(CompileOptions options, string value) =>
        options.Standard = value is "c++11" or "c++14" or "c++17" or "c++20"
            ? value
            : throw Refused($"\"{value}\" is no language; c++11, c++14, c++17 and c++20 are.");

    private static void UseFastMath(CompileOptions options, string value) =>
        (options.FlushesSubnormals, options.ExactDivision, options.ExactSquareRoot, options.ContractsFma) = (true, false, false, true);

    private static void RefuseLinking(CompileOptions options, string value)
    {
        if (value == "true")
            throw Refused("relocatable device code: the virtual GPU has no linker.");
    }

    private static void CheckRegisters(CompileOptions options, string value)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int registers) || registers is < 0 or > 255)
            throw Refused($"\"{value}\" registers; 0 to 255 are expected.");
    }

    private static NvrtcException Refused(string message) => new(nvrtcResult.NVRTC_ERROR_INVALID_OPTION, message);

    [GeneratedRegex("^(sm|compute)_([1-9][0-9]{1,2})([af]?)$")]
    private static partial Regex ArchitectureName();
}
