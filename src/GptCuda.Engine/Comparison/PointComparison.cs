using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Comparison;

/// <summary>How far two computations are apart at one point of a forward pass.</summary>
/// <remarks>
/// The values of the second are the expected ones. Where one side has no finite number the errors are infinite, and the worst position
/// is the first such.
/// </remarks>
public sealed record PointComparison
{
    /// <summary>Which values these are.</summary>
    public required ForwardPoint Point { get; init; }

    /// <summary>The layer, or -1 outside the layers.</summary>
    public required int Layer { get; init; }

    /// <summary>Tokens.</summary>
    public required int Rows { get; init; }

    /// <summary>Channels, or ids for logits.</summary>
    public required int Columns { get; init; }

    /// <summary>The largest difference.</summary>
    public required double MaxAbsolute { get; init; }

    /// <summary>
    /// The largest difference of two values as a share of the larger of the two. It says little where values pass through zero:
    /// 2 is a change of sign.
    /// </summary>
    public required double MaxRelative { get; init; }

    /// <summary>The largest difference as a share of the point's largest expected magnitude: what the tolerance is about.</summary>
    public required double ShareOfLargest { get; init; }

    /// <summary>Normalised mean square error: the sum of squared differences over that of squared expected values.</summary>
    public required double NormalizedMeanSquareError { get; init; }

    /// <summary>Token of the largest difference.</summary>
    public required int WorstRow { get; init; }

    /// <summary>Channel or id of the largest difference.</summary>
    public required int WorstColumn { get; init; }

    /// <summary>The first computation's value there.</summary>
    public required float WorstFirst { get; init; }

    /// <summary>The second computation's value there.</summary>
    public required float WorstSecond { get; init; }

    /// <summary>The most that <see cref="ShareOfLargest"/> may be.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Whether it is no more than that.</summary>
    public bool IsWithin => ShareOfLargest <= Tolerance;

    /// <summary>For example <c>h.3 attention</c>.</summary>
    public string Name => NameOf(Point, Layer);

    /// <summary>What a point is called: tensors' names begin the same way.</summary>
    public static string NameOf(ForwardPoint point, int layer)
    {
        string name = point switch
        {
            ForwardPoint.Embedding => "embedding",
            ForwardPoint.Query => "query",
            ForwardPoint.Key => "key",
            ForwardPoint.Value => "value",
            ForwardPoint.Attention => "attention",
            ForwardPoint.ResidualAfterAttention => "residual after attention",
            ForwardPoint.ResidualAfterMlp => "residual after mlp",
            _ => "logits",
        };
        return layer < 0 ? name : $"h.{layer} {name}";
    }
}
