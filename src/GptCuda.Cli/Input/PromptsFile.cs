using System.Runtime.CompilerServices;
using GptCuda.Cli.Output;
using GptCuda.Cli.Settings;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Input;

/// <summary>Reads the prompts of <c>--prompts</c>, one a line, as they are asked for and as they come.</summary>
internal static class PromptsFile
{
    private const string Expected = """{"prompt":".."} or {"ids":[..]}""";

    /// <param name="lines">The open file; disposed at the end.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">What holds where a line does not say otherwise.</param>
    /// <param name="samples">Continuations of each prompt.</param>
    /// <param name="special">Whether <c>&lt;|endoftext|&gt;</c> in a prompt is the token.</param>
    /// <param name="vocabularySize">Ids must be below it.</param>
    /// <param name="cancellation">Ends the reading where the file lets it.</param>
    /// <exception cref="InvalidDataException">A line is invalid; the message has its number.</exception>
    public static async IAsyncEnumerable<GenerationRequest> ReadAsync(
        Stream lines,
        string name,
        GenerationOptions options,
        int samples,
        bool special,
        int vocabularySize,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var reader = new LineReader(lines);
        do
        {
            while (TakeLine(reader, name) is { } line)
            {
                Check(line, name, reader.Number, vocabularySize);
                Prompt prompt = line.Prompt is null ? Prompt.FromIds(line.Ids) : Prompt.FromText(line.Prompt, special);
                yield return new GenerationRequest(
                    prompt, options with { Seed = line.Seed ?? options.Seed, MaxTokens = line.N ?? options.MaxTokens })
                {
                    Samples = samples,
                    Label = $"{name} line {reader.Number}",
                };
            }
        }
        while (await reader.FillAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>The next line of those that have been read, or null.</summary>
    private static PromptLine? TakeLine(LineReader reader, string name)
    {
        if (!reader.TryTake(out ReadOnlySpan<byte> line))
            return null;
        try
        {
            return JsonLines.Parse(line, CliJson.Default.PromptLine, Expected);
        }
        catch (FormatException exception)
        {
            throw JsonLines.Invalid(name, reader.Number, exception.Message);
        }
    }

    private static void Check(PromptLine line, string name, int number, int vocabularySize)
    {
        if ((line.Prompt is null) == (line.Ids is null))
            throw JsonLines.Invalid(name, number, $"expected {Expected}, found {(line.Ids is null ? "neither" : "both")}");
        if (line.N is < 1)
            throw JsonLines.Invalid(name, number, $"\"n\" is {line.N}, expected an integer of at least 1");
        if (Vocabulary.ProblemOf(line.Ids ?? [], vocabularySize) is { } problem)
            throw JsonLines.Invalid(name, number, problem);
    }
}
