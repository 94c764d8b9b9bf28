using System.Text;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Compilation;

[Collection(FakeDriver.Collection)]
public sealed class KernelCompilerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gptcuda-compiler").FullName;
    private readonly CudaContext _context = FakeDriver.NewContext();

    public KernelCompilerTests() => File.WriteAllText(Path.Combine(_folder, "kernel.cu"), "#include \"device.cuh\"\nint whole;\n");

    public void Dispose()
    {
        _context.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Load_Options_AreTheStandardOnesTheArchitectureAndTheMacros()
    {
        Write("device.cuh", "u32");
        KernelCompiler compiler = Compiler();

        foreach (KernelModule module in compiler.Load(new KernelVariant("kernel.cu", ("ROWS", "4")))) module.Dispose();

        string entry = Encoding.UTF8.GetString(File.ReadAllBytes(Assert.Single(Directory.GetFiles(Path.Combine(_folder, "cache"))))[32..]);
        Assert.Equal(
            "#include \"device.cuh\"\nint whole;\n|kernel.cu|device.cuh=u32|--std=c++17|--fmad=false|--gpu-architecture=sm_90|-DROWS=4",
            entry);
    }

    [Fact]
    public void Load_SecondTime_ComesFromTheCache()
    {
        Write("device.cuh", "");
        KernelVariant variant = new("kernel.cu");
        Dispose(Compiler().Load(variant));
        KernelCompiler second = Compiler();

        Dispose(second.Load(variant));

        Assert.Equal(0, second.CompiledCount);
        Write("device.cuh", "changed");
        KernelCompiler third = Compiler();
        Dispose(third.Load(variant));
        Assert.Equal(1, third.CompiledCount);
    }

    [Fact]
    public void Load_CachedImageThatTheDriverRefuses_IsRebuiltOnce()
    {
        Write("device.cuh", "");
        KernelVariant variant = new("kernel.cu");
        Dispose(Compiler().Load(variant));
        string entry = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "cache")));
        byte[] good = File.ReadAllBytes(entry);
        new KernelImageCache(Path.Combine(_folder, "cache")).TryWrite(Path.GetFileNameWithoutExtension(entry), "!not an image"u8);
        KernelCompiler compiler = Compiler();

        Dispose(compiler.Load(variant));

        Assert.Equal(1, compiler.CompiledCount);
        Assert.Equal(good, File.ReadAllBytes(entry));
    }

    [Fact]
    public void Load_FreshImageThatTheDriverRefuses_IsAnErrorAndNotCached()
    {
        Write("kernel.cu", "!");

        var exception = Assert.Throws<CudaException>(() => Compiler().Load(new KernelVariant("kernel.cu")));

        Assert.Contains("loading kernel.cu", exception.Message);
        Assert.False(Directory.Exists(Path.Combine(_folder, "cache")));
    }

    [Fact]
    public void Load_SourceThatDoesNotCompile_SaysLineSourceAndLog()
    {
        Write("kernel.cu", "int x;\n  int y = broken;\n");

        var exception = Assert.Throws<NvrtcException>(() => Compiler().Load(new KernelVariant("kernel.cu", ("A", "1"))));

        Assert.Equal("kernel.cu", exception.File);
        Assert.StartsWith("kernel.cu does not compile with --std=c++17 --fmad=false --gpu-architecture=sm_90 -DA=1: ", exception.Message);
        Assert.Contains("NVRTC_ERROR_COMPILATION (6)", exception.Message);
        Assert.Contains("kernel.cu(2): error: identifier \"broken\" is undefined\n  kernel.cu:2: int y = broken;", exception.Message);
        Assert.Contains("1 error detected", exception.Log);
    }

    [Fact]
    public void Load_OneOfManyFails_FreesTheOthers()
    {
        Write("device.cuh", "");
        Write("bad.cu", "broken");

        Assert.Throws<NvrtcException>(() => Compiler().Load(
            new KernelVariant("kernel.cu", ("A", "1")), new KernelVariant("bad.cu"), new KernelVariant("kernel.cu", ("A", "2"))));

        Assert.Equal(2, FakeDriver.Calls.Count(call => call == "cuModuleLoadDataEx"));
        Assert.Equal(2, FakeDriver.Calls.Count(call => call == "cuModuleUnload"));
    }

    [SkippableFact]
    public void Load_ManyFiles_CompilesThemAtOnceAndKeepsTheOrder()
    {
        Skip.If(Environment.ProcessorCount == 1, "One processor compiles one file at a time.");
        Write("device.cuh", "");
        KernelVariant[] variants = [.. Enumerable.Range(0, 8).Select(i => new KernelVariant("kernel.cu", ("A", i.ToString())))];
        KernelCompiler compiler = Compiler();
        FakeNvrtc.WaitsForAnother = true;

        KernelModule[] modules = compiler.Load(variants);

        Assert.Equal(variants.Select(variant => variant.ToString()), modules.Select(module => module.Name));
        Assert.True(FakeNvrtc.MostAtOnce > 1);
        Dispose(modules);
    }

    private static void Dispose(KernelModule[] modules)
    {
        foreach (KernelModule module in modules) module.Dispose();
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private KernelCompiler Compiler() =>
        new(_context, FakeNvrtc.Open(), KernelSources.FromDirectory(_folder), new KernelImageCache(Path.Combine(_folder, "cache")));
}
