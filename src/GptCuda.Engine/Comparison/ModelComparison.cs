using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Comparison;

/// <summary>What two computations of a model gave for the same tokens, point by point in the order of the forward pass.</summary>
public sealed record ModelComparison
{
    /// <summary>What computed the values that are judged.</summary>
    public required Computation First { get; init; }

    /// <summary>What computed the values that they are held against.</summary>
    public required Computation Second { get; init; }

    /// <summary>The tokens, [T].</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>How far they may be apart.</summary>
    public required ComparisonTolerance Tolerance { get; init; }

    /// <summary>The points that both computations offer.</summary>
    public required IReadOnlyList<PointComparison> Points { get; init; }

    /// <summary>Points that only the first offers, as <see cref="PointComparison.Name"/> calls them.</summary>
    public required IReadOnlyList<string> OnlyFirst { get; init; }

    /// <summary>Points that only the second offers: those that the first has inside a fused kernel.</summary>
    public required IReadOnlyList<string> OnlySecond { get; init; }

    /// <summary>The greedy continuations; null where none was asked for, or where there is a logit that is no number.</summary>
    public GreedyComparison? Greedy { get; init; }

    /// <summary>The first point, in the order of the forward pass, that is beyond its tolerance; null where there is none.</summary>
    public PointComparison? FirstBeyond => Points.FirstOrDefault(point => !point.IsWithin);

    /// <summary>Whether every point is within its tolerance, and where the texts part the tolerance explains it.</summary>
    public bool IsWithin => FirstBeyond is null && Greedy?.Divergence is not { IsWithin: false };

    /// <summary>Runs both computations over the same tokens, and continues them.</summary>
    /// <param name="first">What is judged.</param>
    /// <param name="second">What it is held against.</param>
    /// <param name="tokens">Ids, from one to the context length.</param>
    /// <param name="count">Tokens of the greedy continuations; no more are made than the context holds.</param>
    /// <exception cref="ArgumentException">The models differ in shape, or the tokens do not serve; the message has the values.</exception>
    /// <exception cref="InvalidOperationException">The two offer no common point.</exception>
    public static ModelComparison Run(IComparedModel first, IComparedModel second, ReadOnlySpan<int> tokens, int count)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        CheckShapes(first.Configuration, second.Configuration);
        if (tokens.IsEmpty || tokens.Length > first.Configuration.ContextLength)
            throw new ArgumentException($"{tokens.Length} tokens: a comparison is of 1 to {first.Configuration.ContextLength}");

        ComparisonTolerance tolerance = ComparisonTolerances.Of(first.Computation, second.Computation);
        var expected = new PointRecorder();
        second.Run(tokens, expected);
        var judge = new PointJudge(expected.Seen, tolerance.Share, tokens.Length);
        first.Run(tokens, judge);
        if (judge.Points.Count == 0)
            throw new InvalidOperationException($"{first.Computation} and {second.Computation} have no point in common");
        PointComparison[] points = [.. judge.Points.OrderBy(point => Place(point.Point, point.Layer))];
        bool finite = points.All(point => point.Point != ForwardPoint.Logits || double.IsFinite(point.MaxAbsolute));
        int room = Math.Min(count, first.Configuration.ContextLength - tokens.Length);
        return new ModelComparison
        {
            First = first.Computation,
            Second = second.Computation,
            Tokens = [.. tokens],
            Tolerance = tolerance,
            Points = points,
            OnlyFirst = Names(judge.Unmatched),
            OnlySecond = Names(expected.Seen.Keys),
            Greedy = finite && room > 0 ? GreedyComparison.Run(first, second, tokens, room, tolerance.Share) : null,
        };
    }

    private static void CheckShapes(GptConfiguration first, GptConfiguration second)
    {
        (string, int, int)[] sizes =
        [
            ("vocabulary", first.VocabularySize, second.VocabularySize), ("context", first.ContextLength, second.ContextLength),
            ("width", first.Width, second.Width), ("heads", first.HeadCount, second.HeadCount),
            ("layers", first.LayerCount, second.LayerCount), ("inner size", first.InnerSize, second.InnerSize),
        ];
        foreach ((string name, int one, int other) in sizes)
        {
            if (one != other)
                throw new ArgumentException($"the models are of different shapes: {name} {one} and {other}");
        }
    }

    private static string[] Names(IEnumerable<(ForwardPoint Point, int Layer)> points) =>
        [.. points.OrderBy(point => Place(point.Point, point.Layer)).Select(point => PointComparison.NameOf(point.Point, point.Layer))];

    /// <summary>The order of the forward pass: embedding, layer by layer, logits.</summary>
    private static (int Layer, ForwardPoint Point) Place(ForwardPoint point, int layer) =>
        (point == ForwardPoint.Logits ? int.MaxValue : layer, point);
}
