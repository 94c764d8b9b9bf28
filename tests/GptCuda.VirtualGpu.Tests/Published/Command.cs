using System.Diagnostics;

namespace GptCuda.VirtualGpu.Tests.Published;

/// <summary>A program that was run to its end.</summary>
/// <param name="ExitCode">128 + the signal's number where a signal ended it.</param>
/// <param name="Output">What it wrote on standard output.</param>
/// <param name="Error">What it wrote on standard error.</param>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Runs a program.</summary>
    /// <param name="program">Its path, or a name to be found in PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="environment">Variables beyond those of this process; a null value takes one away.</param>
    public static async Task<Command> Run(
        string program, string[] arguments, string input = "", params (string Name, string? Value)[] environment)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using CancellationTokenSource impatience = new(Patience);
        try
        {
            await process.WaitForExitAsync(impatience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end in {Patience.TotalMinutes} minutes.");
        }
        return new Command(process.ExitCode, await output, await error);
    }
}
