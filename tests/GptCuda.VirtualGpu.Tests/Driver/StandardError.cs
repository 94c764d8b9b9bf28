namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>Listens to what the driver says on standard error.</summary>
internal sealed class StandardError : IDisposable
{
    private readonly TextWriter _before = Console.Error;
    private readonly StringWriter _text = new();

    public StandardError() => Console.SetError(TextWriter.Synchronized(_text));

    public string Text => _text.ToString();

    public void Dispose() => Console.SetError(_before);
}
