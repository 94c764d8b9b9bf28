using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Tokenization;
using Spectre.Console;

namespace GptCuda.Cli.Output;

/// <summary>What <c>compare</c> prints for people: what was compared, a line a point, the texts, and where it first goes wrong.</summary>
internal static class ComparisonReport
{
    private const int WidthOfFiles = 140;

    public static void Write(
        ModelComparison comparison, ComparedSide first, ComparedSide second, ComparisonLabels labels, Terminal terminal)
    {
        IAnsiConsole screen = Screen.OfOutput(terminal, WidthOfFiles);
        TextWriter output = terminal.Out;
        output.WriteLine($"{labels.First}: {first.Model.Description}, {first.Location}");
        output.WriteLine($"{labels.Second}: {second.Model.Description}, {second.Location}");
        output.WriteLine($"prompt: {Count(comparison.Tokens.Count)}");
        output.WriteLine($"tolerance: {comparison.Tolerance.Share} of the largest magnitude at each point: {comparison.Tolerance.Reason}");
        screen.Write(Points(comparison, labels));
        NotCompared(comparison.OnlyFirst, labels.First, output);
        NotCompared(comparison.OnlySecond, labels.Second, output);
        if (comparison.Greedy is { } greedy)
        {
            Tokenizer? tokenizer = first.Tokenizer ?? second.Tokenizer;
            screen.Write(Texts(greedy, labels, tokenizer));
            output.WriteLine(Summary(greedy, labels, tokenizer));
        }
        output.WriteLine(comparison.FirstBeyond is { } beyond
            ? Describe(beyond, labels)
            : $"All {comparison.Points.Count} points are within tolerance.");
    }

    private static Table Points(ModelComparison comparison, ComparisonLabels labels)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("point") { NoWrap = true });
        string[] numbers = ["max abs", "max rel", "of largest", "allowed", "nmse", "worst", labels.First, labels.Second];
        foreach (string header in numbers)
            table.AddColumn(new TableColumn(Markup.Escape(header)) { Alignment = Justify.Right });
        table.AddColumn("");
        foreach (PointComparison point in comparison.Points)
        {
            table.AddRow(
                point.Name,
                Error(point.MaxAbsolute),
                Error(point.MaxRelative),
                Error(point.ShareOfLargest),
                Error(point.Tolerance),
                Error(point.NormalizedMeanSquareError),
                Markup.Escape($"[{point.WorstRow}, {point.WorstColumn}]"),
                $"{point.WorstFirst:G7}",
                $"{point.WorstSecond:G7}",
                point.IsWithin ? "ok" : "[red]beyond[/]");
        }
        return table;
    }

    private static void NotCompared(IReadOnlyList<string> points, string offeredBy, TextWriter output)
    {
        if (points.Count > 0)
            output.WriteLine($"Not compared, because only {offeredBy} offers them: {string.Join(", ", points)}.");
    }

    private static Table Texts(GreedyComparison greedy, ComparisonLabels labels, Tokenizer? tokenizer) => new Table()
        .Border(TableBorder.Simple)
        .AddColumns(Markup.Escape($"greedy, {labels.First}"), Markup.Escape($"greedy, {labels.Second}"))
        .AddRow(Markup.Escape(Text(greedy.First, tokenizer)), Markup.Escape(Text(greedy.Second, tokenizer)));

    private static string Summary(GreedyComparison greedy, ComparisonLabels labels, Tokenizer? tokenizer)
    {
        if (greedy.Divergence is not { } parting)
            return $"The texts are the same: {Count(greedy.Same)}.";
        string verdict = parting.IsWithin ? "differences within tolerance explain it" : "more than differences within tolerance explain";
        return $"The texts part after {Count(greedy.Same)}: {Side(labels.First, parting.First)}; {Side(labels.Second, parting.Second)}. "
            + $"A lead of up to {parting.Allowed:G3} is allowed: {verdict}.";

        string Side(string label, GreedyChoice choice) =>
            $"{label} chose {Text([choice.Token], tokenizer)} (id {choice.Token}) with a margin of {choice.Margin:G3}, "
            + $"{choice.Lead:G3} ahead of the other";
    }

    private static string Describe(PointComparison point, ComparisonLabels labels) =>
        $"First beyond tolerance: {point.Name}, token {point.WorstRow}, "
        + $"{(point.Point == ForwardPoint.Logits ? "id" : "channel")} {point.WorstColumn}: "
        + $"{labels.First} has {point.WorstFirst:G9}, {labels.Second} {point.WorstSecond:G9}; off by {point.MaxAbsolute:G3}, "
        + $"{point.ShareOfLargest:G3} of the largest, allowed {point.Tolerance}.";

    private static string Text(IReadOnlyList<int> ids, Tokenizer? tokenizer) => tokenizer is null
        ? TokenIds.Write(ids)
        : string.Concat(tokenizer.Decode([.. ids]).Select(letter => letter switch
        {
            '\n' => "\\n",
            _ when char.IsControl(letter) => $"\\u{(int)letter:x4}",
            _ => letter.ToString(),
        }));

    private static string Error(double error) => double.IsFinite(error) ? error.ToString("0.0E+0") : "infinite";

    private static string Count(int tokens) => $"{tokens} {(tokens == 1 ? "token" : "tokens")}";
}
