using GptCuda.Cli.Output;
using Spectre.Console;

namespace GptCuda.Cli.Bench;

/// <summary>Two reports side by side, case by case.</summary>
internal static class BenchComparison
{
    /// <summary>Reads a report that <c>bench --json</c> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is none.</exception>
    public static BenchReport Read(string path)
    {
        try
        {
            return JsonLines.Parse(File.ReadAllBytes(path), CliJson.Default.BenchReport, "the output of bench --json");
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}");
        }
    }

    /// <summary>The cases that both have.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public static IReadOnlyList<ComparedRow> Compare(BenchReport before, BenchReport after)
    {
        Dictionary<string, BenchRow> known = before.Rows.DistinctBy(row => row.Key).ToDictionary(row => row.Key);
        ComparedRow[] rows = [.. after.Rows.Where(row => known.ContainsKey(row.Key)).Select(row => ComparedRow.Of(known[row.Key], row))];
        return before.Model == after.Model && rows.Length > 0
            ? rows
            : throw new InvalidDataException(
                $"no case in common: {before.Rows.Count} of {before.Model} and {after.Rows.Count} of {after.Model}");
    }

    public static void WriteTable(IReadOnlyList<ComparedRow> rows, Terminal terminal)
    {
        Table table = BenchText.NewTable(
            "device", "dtype", "threads", "pass", "tokens/s before", "after", "ratio", "of the limit before", "after");
        foreach (ComparedRow row in rows)
        {
            table.AddRow(
                row.Device, row.Dtype, $"{row.Threads}", BenchText.Pass(row.Work, row.Tokens, row.Batch, row.Depth),
                $"{row.TokensPerSecondBefore:F1}", $"{row.TokensPerSecondAfter:F1}", $"{row.Ratio:F2}",
                BenchText.Percent(row.ShareBefore), BenchText.Percent(row.ShareAfter));
        }

        Screen.OfOutput(terminal, BenchText.WidthOfFiles).Write(table);
    }

    public static void WriteCsv(IReadOnlyList<ComparedRow> rows, TextWriter output)
    {
        output.WriteLine(
            "device,dtype,threads,work,tokens,batch,depth,tokens_per_second_before,tokens_per_second_after,ratio,share_before,share_after");
        foreach (ComparedRow row in rows)
        {
            output.WriteLine(
                $"{row.Device},{row.Dtype},{row.Threads},{row.Work},{row.Tokens},{row.Batch},{row.Depth},"
                + $"{row.TokensPerSecondBefore},{row.TokensPerSecondAfter},{row.Ratio},{row.ShareBefore},{row.ShareAfter}");
        }
    }
}
