using GptCuda.Kernels.Compilation;

namespace GptCuda.Kernels.Tests.Compilation;

public sealed class KernelSourcesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gptcuda-kernels").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Includes_AreCollectedThroughHeadersOnce()
    {
        Write("kernel.cu", "#include \"b.cuh\"\n  #  include \"a.cuh\" // why\n#include <cstdint>\n// #include \"no.cuh\"\nint x;\n");
        Write("a.cuh", "#pragma once\n#include \"b.cuh\"\n#include \"c.cuh\"\n");
        Write("b.cuh", "#pragma once\n");
        Write("c.cuh", "#pragma once\n#include \"a.cuh\"\n");

        KernelSource source = KernelSources.FromDirectory(_folder).Read("kernel.cu");

        Assert.Equal(["a.cuh", "b.cuh", "c.cuh"], source.Headers.Keys);
        Assert.Equal("#pragma once\n", source.Headers["b.cuh"]);
    }

    [Fact]
    public void Read_MissingFileOrHeader_IsNamed()
    {
        Write("kernel.cu", "#include \"absent.cuh\"\n");
        KernelSources sources = KernelSources.FromDirectory(_folder);

        Assert.Contains("kernel.cu includes absent.cuh", Assert.Throws<FileNotFoundException>(() => sources.Read("kernel.cu")).Message);
        Assert.Contains(_folder, Assert.Throws<FileNotFoundException>(() => sources.Read("other.cu")).Message);
        Assert.Throws<DirectoryNotFoundException>(() => KernelSources.FromDirectory(Path.Combine(_folder, "absent")));
    }

    [Fact]
    public void Before_OverrideDirectory_WinsFileByFile()
    {
        string overrides = Directory.CreateDirectory(Path.Combine(_folder, "overrides")).FullName;
        Write("kernel.cu", "#include \"a.cuh\"\nshipped\n");
        Write("a.cuh", "shipped header\n");
        File.WriteAllText(Path.Combine(overrides, "a.cuh"), "changed header\n");

        KernelSource source = KernelSources.FromDirectory(overrides).Before(KernelSources.FromDirectory(_folder)).Read("kernel.cu");

        Assert.Contains("shipped", source.Text);
        Assert.Equal("changed header\n", source.Headers["a.cuh"]);
    }

    [Fact]
    public void Embedded_AreTheRepositorysKernels()
    {
        string kernels = Path.Combine(GptCuda.Tests.Repository.Root, "kernels");
        string[] files = Directory.Exists(kernels) ? Directory.GetFiles(kernels, "*.cu") : [];

        Assert.All(files, file => Assert.Equal(File.ReadAllText(file), KernelSources.Embedded.Read(Path.GetFileName(file)).Text));
        Assert.Throws<FileNotFoundException>(() => KernelSources.Embedded.Read("there is none.cu"));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
