using GptCuda.Tests;

namespace GptCuda.VirtualGpu.Tests.Published;

/// <summary>The library as eng/virtual-gpu builds it, and the C program linked against it.</summary>
public sealed class PublishedLibrary : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gptcuda-client-").FullName;

    /// <summary>The script.</summary>
    internal static string Script { get; } = Path.Combine(Repository.Root, "eng", "virtual-gpu");

    internal static string ClientFolder { get; } = Path.Combine(Repository.Root, "tests", "c-client");

    /// <summary>The folder with libcuda.so.1.</summary>
    internal string Library { get; private set; } = "";

    /// <summary>The C program, with AddressSanitizer in it.</summary>
    internal string Client { get; private set; } = "";

    public async Task InitializeAsync()
    {
        // Two at once, whether there is anything to build or not: one builds, the other waits.
        string[] print = ["sh", "-c", "printf %s \"$LD_LIBRARY_PATH\""];
        Command[] both = await Task.WhenAll(
            Command.Run(Script, print, "", ("LD_LIBRARY_PATH", null)), Command.Run(Script, print, "", ("LD_LIBRARY_PATH", null)));
        Assert.All(both, command => Assert.True(command.ExitCode == 0, command.Error));
        // The folder and nothing else: what the build says does not go to standard output.
        Assert.Equal(both[0].Output, both[1].Output);
        Library = both[0].Output;
        Assert.True(File.Exists(Path.Combine(Library, "libcuda.so.1")), $"\"{Library}\" has no libcuda.so.1");
        Client = await Compile(_folder, Library, "-fsanitize=address,undefined");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Compiles the C program against a folder's library.</summary>
    internal static async Task<string> Compile(string folder, string library, params string[] options)
    {
        string client = Path.Combine(folder, "client");
        Command gcc = await Command.Run("gcc", [
            "-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror", .. options, Path.Combine(ClientFolder, "client.c"), "-o", client,
            "-L", library, "-l:libcuda.so.1", "-l:libcublas.so.12", "-l:libnvrtc.so.12"]);
        Assert.True(gcc.ExitCode == 0, gcc.Error);
        return client;
    }

    /// <summary>Asserts that the C program found all that it computed right.</summary>
    internal static void RequireRight(Command client)
    {
        Assert.True(client.ExitCode == 0, client.Output + client.Error);
        Assert.Contains("(software), CUDA 13.0, 1 device(s)", client.Output, StringComparison.Ordinal);
        Assert.Contains("saxpy: 1 3.5 ... 2498.5\n", client.Output, StringComparison.Ordinal);
        Assert.Contains("graph: 1 11 ... 9991\n", client.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n0 wrong\n", client.Output, StringComparison.Ordinal);
        // The last thing that it does is wrong on purpose: the line of kernels.cu is named.
        Assert.Contains("UseAfterFree in kernel saxpy", client.Error, StringComparison.Ordinal);
        Assert.Contains("kernels.cu:4", client.Error, StringComparison.Ordinal);
    }
}
