using System.Text.RegularExpressions;

namespace GptCuda.Kernels.Errors;

/// <summary>Reads where in the source a compiler's first error is: NVRTC writes file(12): error, clang file:12:5: error.</summary>
internal static partial class CompilerLog
{
    /// <summary>The first error's own line, followed by the line of source that it is about where that is among the files.</summary>
    /// <param name="log">What the compiler wrote.</param>
    /// <param name="sources">File texts by the name under which the compiler saw them.</param>
    public static string FirstError(string log, IReadOnlyDictionary<string, string> sources)
    {
        Match match = Position().Match(log);
        if (!match.Success) return log.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line))?.Trim() ?? "";
        string error = match.Value.Trim();
        string file = match.Groups["file"].Value.Trim();
        (string? name, string? text) = sources.FirstOrDefault(
            source => file == source.Key || file.EndsWith("/" + source.Key, StringComparison.Ordinal));
        if (name is null || !int.TryParse(match.Groups["line"].Value, out int number)) return error;
        string[] lines = text!.Split('\n');
        return number < 1 || number > lines.Length ? error : $"{error}\n  {name}:{number}: {lines[number - 1].Trim()}";
    }

    [GeneratedRegex(
        @"^(?<file>[^\n(:]+?)(\((?<line>\d+)\)|:(?<line>\d+)(:\d+)?)\s*:\s*(fatal |catastrophic )?error[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Position();
}
