using System.Diagnostics;

namespace GptCuda.Cli.Tests.Running;

/// <summary>How a process is run.</summary>
internal sealed record CliRun
{
    public required string[] Arguments { get; init; }

    /// <summary>Bytes on standard input, which is closed after them.</summary>
    public byte[] Input { get; init; } = [];

    /// <summary>Whether standard input stays open after <see cref="Input"/>, so that a program that reads to its end never ends.</summary>
    public bool KeepInputOpen { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>What is run.</summary>
    public string Program { get; init; } = Shell.Executable;

    /// <summary>When it is ended.</summary>
    public TimeSpan Limit { get; init; } = Shell.Limit;

    /// <summary>Variables to set, or with null to remove.</summary>
    public Dictionary<string, string?> Environment { get; init; } = [];

    /// <summary>Runs the process to its end.</summary>
    public CliResult Finish()
    {
        using Process process = Shell.Start(this);
        Task<byte[]> output = ReadAsync(process.StandardOutput.BaseStream), error = ReadAsync(process.StandardError.BaseStream);
        try
        {
            process.StandardInput.BaseStream.Write(Input);
            if (!KeepInputOpen)
                process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input, as it may.
        }
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Program} {string.Join(' ', Arguments)} did not end within {Limit}");
        }
        return new CliResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    internal static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
