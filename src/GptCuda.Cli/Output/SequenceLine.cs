using System.Collections.Immutable;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Output;

/// <summary>A generated sequence; the order of the properties is that of the output.</summary>
internal sealed record SequenceLine(ImmutableArray<int> PromptIds, ImmutableArray<int> Ids, string? Text, string Finish)
{
    public static SequenceLine Of(GenerationResult result) => new(result.PromptIds, result.Ids, result.Text, result.Finish switch
    {
        FinishReason.Length => "length",
        FinishReason.Stop => "stop",
        FinishReason.End => "end",
        _ => "cancelled",
    });
}
