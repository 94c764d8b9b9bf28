using GptCuda.Tests;

namespace GptCuda.VirtualGpu.Tests.Published;

/// <summary>The virtual GPU as a shared object, used by programs that know nothing of it.</summary>
public sealed class PublishedLibraryTests(PublishedLibrary published) : IClassFixture<PublishedLibrary>
{
    private static readonly string Ptx = Path.Combine(PublishedLibrary.ClientFolder, "kernels.ptx");

    [Theory]
    [InlineData("eager")]
    [InlineData("lazy")]
    public async Task CProgram_UnderAddressSanitizer_ComputesRight(string schedule)
    {
        // The runtime in the library keeps memory to the end; the program's own leaks are still errors.
        string leaks = $"suppressions={Path.Combine(PublishedLibrary.ClientFolder, "leaks.txt")}:print_suppressions=0";
        Command client = await Command.Run(
            PublishedLibrary.Script, [published.Client, Ptx], "", ("LSAN_OPTIONS", leaks), ("GPTCUDA_VIRTUAL_SCHEDULE", schedule));
        PublishedLibrary.RequireRight(client);
        Assert.DoesNotContain("Sanitizer", client.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_AllThree_AreOneFile()
    {
        string[] targets = [.. new[] { "libcuda.so.1", "libnvrtc.so.12", "libcublas.so.12" }
            .Select(link => File.ResolveLinkTarget(Path.Combine(published.Library, link), returnFinalTarget: true)!.FullName).Distinct()];
        Assert.True(File.Exists(Assert.Single(targets)));
    }

    [Fact]
    public async Task Script_PassesInputOutputAndExitCodeThrough()
    {
        Command command = await Command.Run(PublishedLibrary.Script, ["sh", "-c", "cat; echo to-stderr >&2; exit 7"], "one\ntwo");
        Assert.Equal(new Command(7, "one\ntwo", "to-stderr\n"), command);
    }

    [Fact]
    public async Task Script_BecomesTheCommand_SoThatSignalsReachIt()
    {
        // Its process is the command's: a signal to the one is a signal to the other.
        Command command = await Command.Run(
            PublishedLibrary.Script, ["sh", "-c", "trap 'echo caught; exit 3' TERM; kill -TERM $$; sleep 20"]);
        Assert.Equal((3, "caught\n"), (command.ExitCode, command.Output));
    }

    [Fact]
    public async Task Script_ArgumentsWithSpaces_StayWhole()
    {
        Command command = await Command.Run(PublishedLibrary.Script, ["printf", "%s|", "a b", "", "$HOME *"]);
        Assert.Equal("a b||$HOME *|", command.Output);
    }

    [Fact]
    public async Task Script_NoCommand_SaysHowItIsUsed()
    {
        Command command = await Command.Run(PublishedLibrary.Script, []);
        Assert.Equal((2, ""), (command.ExitCode, command.Output));
        Assert.Contains("usage:", command.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_SetsLibrariesAndACacheOfItsOwn()
    {
        Command command = await Command.Run(PublishedLibrary.Script, ["sh", "-c", "echo $GPTCUDA_LIBCUDA $GPTCUDA_LIBNVRTC $GPTCUDA_LIBCUBLAS; echo $GPTCUDA_KERNEL_CACHE; echo $LD_LIBRARY_PATH"],
            "",
            ("LD_LIBRARY_PATH", "/somewhere/else"),
            ("GPTCUDA_KERNEL_CACHE", "/somewhere"),
            ("GPTCUDA_VIRTUAL_PTX", null),
            ("GPTCUDA_VIRTUAL_PTX_RECORD", null));
        Assert.Equal(
            [
                "libcuda.so.1 libnvrtc.so.12 libcublas.so.12",
                Path.Combine(Repository.Root, "artifacts", "virtual-gpu", "kernels"),
                $"{published.Library}:/somewhere/else",
            ],
            command.Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Script_SuppliedPtx_IsNotHiddenByTheCache()
    {
        Command command = await Command.Run(
            PublishedLibrary.Script, ["sh", "-c", "mkdir -p \"$GPTCUDA_KERNEL_CACHE\""], "", ("GPTCUDA_VIRTUAL_PTX", "/tmp"));
        Assert.NotEqual(0, command.ExitCode);
    }
}
