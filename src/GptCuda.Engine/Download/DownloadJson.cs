using System.Text.Json.Serialization;

namespace GptCuda.Engine.Download;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(PartialFileState))]
[JsonSerializable(typeof(Provenance))]
internal sealed partial class DownloadJson : JsonSerializerContext;
