using GptCuda.Cli.Output;
using Spectre.Console;

namespace GptCuda.Cli.Bench;

/// <summary>Writes a report as a table, or as lines of comma-separated values.</summary>
internal static class BenchText
{
    /// <summary>Columns of a table in a file: the longest pass and large numbers on one line.</summary>
    public const int WidthOfFiles = 120;

    private static readonly string[] Columns =
        ["device", "dtype", "threads", "pass", "tokens/s", "median ms", "p95 ms", "GB/s", "of read", "GFLOP/s", "of FMA"];

    /// <summary>A table with a word on the machine above it.</summary>
    public static void WriteTable(BenchReport report, Terminal terminal)
    {
        string processor = report.Processor ?? "an unnamed processor";
        terminal.Out.WriteLine(
            $"{report.Model} on {processor}, load average {Load(report.LoadBefore)} before, {Load(report.LoadAfter)} after");
        foreach (BenchLimit limit in report.Limits)
        {
            string threads = limit.Threads is { } count ? $", {count} {(count == 1 ? "thread" : "threads")}" : "";
            terminal.Out.WriteLine(
                $"{limit.Device}{threads}: reads {limit.BytesPerSecond / 1e9:F1} GB/s, computes {limit.FlopsPerSecond / 1e9:F1} GFLOP/s");
        }

        Table table = NewTable(Columns);
        foreach (BenchRow row in report.Rows)
        {
            table.AddRow(
                row.Device, row.Dtype, $"{row.Threads}", Pass(row.Work, row.Tokens, row.Batch, row.Depth),
                $"{row.TokensPerSecond:F1}", $"{row.MedianMs:F2}", $"{row.P95Ms:F2}",
                $"{row.BytesPerSecond / 1e9:F1}", Percent(row.ReadShare), $"{row.FlopsPerSecond / 1e9:F1}", Percent(row.FmaShare));
        }

        Screen.OfOutput(terminal, WidthOfFiles).Write(table);
    }

    /// <summary>A line of names and a line a case, numbers in full.</summary>
    public static void WriteCsv(BenchReport report, TextWriter output)
    {
        output.WriteLine(
            "device,description,dtype,threads,work,tokens,batch,depth,samples,"
            + "median_ms,p95_ms,best_ms,tokens_per_second,bytes_per_second,read_share,flops_per_second,fma_share");
        foreach (BenchRow row in report.Rows)
        {
            string description = row.Description.Replace("\"", "\"\"", StringComparison.Ordinal);
            output.WriteLine(
                $"{row.Device},\"{description}\",{row.Dtype},{row.Threads},{row.Work},{row.Tokens},{row.Batch},{row.Depth},{row.Samples},"
                + $"{row.MedianMs},{row.P95Ms},{row.BestMs},{row.TokensPerSecond},{row.BytesPerSecond},{row.ReadShare},{row.FlopsPerSecond},{row.FmaShare}");
        }
    }

    /// <summary>An empty table of right-aligned columns but for words.</summary>
    public static Table NewTable(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column)
            {
                Alignment = column is "device" or "dtype" or "pass" ? Justify.Left : Justify.Right,
                NoWrap = true,
                Padding = new Padding(0, 0, 1, 0),
            });
        }

        return table;
    }

    /// <summary>A pass in a few words: <c>prefill 512</c>, <c>decode x 16 at 128</c>.</summary>
    public static string Pass(string work, int tokens, int batch, int depth) =>
        $"{work}{(tokens > 1 ? $" {tokens}" : "")}{(batch > 1 || tokens == 1 ? $" x {batch}" : "")}{(depth > 0 ? $" at {depth}" : "")}";

    /// <summary>A fraction as people read it, or a dash.</summary>
    public static string Percent(double? share) => share is { } value ? $"{100 * value:F0} %" : "-";

    private static string Load(double? load) => load is { } value ? $"{value:F2}" : "unknown";
}
