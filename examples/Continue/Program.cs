// Continues a prompt and prints the text as it is made; Ctrl-C ends it.
//   dotnet run -c Release --project examples/Continue -- models/tiny "The people of the United States"
using GptCuda.Engine;
using GptCuda.Engine.Generation;

if (args is not [string path, string prompt])
{
    Console.Error.WriteLine("usage: Continue MODEL PROMPT");
    return 2;
}

using var model = GptModel.Load(path, new ModelOptions { Slots = 1 });
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    interrupted.Cancel();
};

var options = new GenerationOptions { MaxTokens = 60, Seed = 1, StopStrings = ["\n\n"] };
try
{
    Console.Write(prompt);
    await foreach (string piece in model.GenerateAsync(prompt, options, interrupted.Token))
        Console.Write(piece);
}
catch (OperationCanceledException)
{
    // What was printed stays.
}
Console.WriteLine();
return 0;
