// Makes several continuations of a prompt at once and prints them, the one that the model finds likeliest first.
//   dotnet run -c Release --project examples/BestOf -- models/tiny "And God said," 8
using System.Globalization;
using GptCuda.Engine;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

if (args is not [string path, string prompt, string number] || !int.TryParse(number, CultureInfo.InvariantCulture, out int count)
    || count < 1)
{
    Console.Error.WriteLine("usage: BestOf MODEL PROMPT COUNT");
    return 2;
}

using var model = GptModel.Load(path);
var options = new GenerationOptions { MaxTokens = 20, Seed = 1, Sampling = new SamplingOptions { TopP = 0.95f, TopK = 0 } };
var ranked = new List<(double Perplexity, string Text)>();

// One request, many samples: the prompt is computed once, and as many sequences run side by side as the model has slots.
await foreach (var result in model.GenerateManyAsync([new GenerationRequest(prompt, options) { Samples = count }]))
{
    int[] ids = [.. result.PromptIds, .. result.Ids];
    double perplexity = ids.Length > 1 ? model.Score(ids).Perplexity : double.PositiveInfinity;
    ranked.Add((perplexity, prompt + result.Text));
}

foreach (var (perplexity, text) in ranked.OrderBy(entry => entry.Perplexity))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{perplexity,8:0.00}  {text.ReplaceLineEndings(" ")}"));
return 0;
