namespace GptCuda.VirtualGpu.Tests.Nvrtc;

/// <summary>An environment variable with another value for the time of a test; tests that compile share a collection.</summary>
internal sealed class CompilerEnvironment : IDisposable
{
    public const string Name = "compiler";

    private readonly string _variable;
    private readonly string? _before;

    public CompilerEnvironment(string variable, string? value)
    {
        _variable = variable;
        _before = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(_variable, _before);
}
