namespace GptCuda.Cli.Output;
internal sealed record ModelFacts(string Model);
