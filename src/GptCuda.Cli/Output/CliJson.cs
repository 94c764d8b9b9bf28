using System.Text.Json.Serialization;
using GptCuda.Cli.Bench;
using GptCuda.Cli.Input;
using GptCuda.Cli.SelfTest;

namespace GptCuda.Cli.Output;

/// <summary>Serializers made at build time, for a quick start.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(TextLine))]
[JsonSerializable(typeof(IdsLine))]
[JsonSerializable(typeof(PromptLine))]
[JsonSerializable(typeof(SequenceLine))]
[JsonSerializable(typeof(ScoreLine))]
[JsonSerializable(typeof(ModelFacts))]
[JsonSerializable(typeof(MachineFacts))]
[JsonSerializable(typeof(ComparisonFacts))]
[JsonSerializable(typeof(SelfTestFacts))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(IReadOnlyList<ComparedRow>))]
internal sealed partial class CliJson : JsonSerializerContext;
