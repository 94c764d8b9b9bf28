using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Tests.Native;

public sealed class SymbolTableTests
{
    [SkippableFact]
    public void FromLibrary_ByName_KnowsItsFileAndFunctions()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The C library has this name on Linux only.");

        var symbols = SymbolTable.FromLibrary("libc.so.6");

        Assert.True(File.Exists(symbols.Path), symbols.Path);
        Assert.NotEqual(0, symbols.Find("strlen"));
        Assert.Equal(0, symbols.Find("cuInit"));
        var exception = Assert.Throws<MissingSymbolException>(() => symbols.Require("cuInit", 2000));
        Assert.Equal(
            "libc.so.6 does not export cuInit, which came with CUDA 2.0: install a driver of that version or newer.", exception.Message);
    }

    [Fact]
    public void FromLibrary_NotThere_IsTheLoadersException() =>
        Assert.Throws<DllNotFoundException>(() => SymbolTable.FromLibrary("libthereisnone.so.1"));
}
