using GptCuda.Cli.Parsing;
using GptCuda.Engine;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Output;

/// <summary>Prints one continuation while it is made.</summary>
internal static class Continuation
{
    /// <summary>Prints text, or ids <c>[1,2,3]</c> where the model has no vocabulary, and ends the line, after Ctrl-C too.</summary>
    public static void Print(GptModel model, Prompt prompt, GenerationOptions options, CommandContext context)
    {
        TextWriter output = context.Terminal.Out;
        bool text = model.Tokenizer is not null;
        string separator = "[";
        model.CompleteAsync(prompt, options, PrintPiece, context.Interruption.Token).GetAwaiter().GetResult();
        if (!text)
            output.Write(separator == "[" ? "[]" : "]");
        output.WriteLine();
        output.Flush();

        void PrintPiece(GenerationPiece piece)
        {
            context.Terminal.ResultBegins();
            if (text)
            {
                output.Write(piece.Text);
            }
            else if (piece.Token is int token)
            {
                output.Write(separator);
                output.Write(token);
                separator = ",";
            }
            output.Flush();
        }
    }
}
