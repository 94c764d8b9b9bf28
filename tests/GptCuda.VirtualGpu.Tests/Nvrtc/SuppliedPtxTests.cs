using GptCuda.VirtualGpu.Nvrtc;
using static GptCuda.VirtualGpu.Nvrtc.nvrtcResult;

namespace GptCuda.VirtualGpu.Tests.Nvrtc;

/// <summary>Requests written down, and PTX taken from where somebody put it.</summary>
[Collection(CompilerEnvironment.Name)]
public sealed class SuppliedPtxTests : IDisposable
{
    private const string Source = "#include \"h.cuh\"\nextern \"C\" __global__ void k(int* p) { *p = N; }\n";

    private readonly string _root = Directory.CreateTempSubdirectory("gptcuda-supplied-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Record_WritesSourceHeadersOptionsAndAnswer()
    {
        string ptx = Compiled(SuppliedPtx.RecordVariable, "-DN=1", "--gpu-architecture=sm_80");
        string folder = Assert.Single(Directory.GetDirectories(_root));
        Assert.Matches("^[0-9a-f]{64}$", Path.GetFileName(folder));
        Assert.Equal(Source, File.ReadAllText(Path.Combine(folder, "source.cu")));
        Assert.Equal("int x;\n", File.ReadAllText(Path.Combine(folder, "headers", "h.cuh")));
        Assert.Equal("-DN=1\n--gpu-architecture=sm_80\n", File.ReadAllText(Path.Combine(folder, "options")));
        Assert.Equal("k.cu", File.ReadAllText(Path.Combine(folder, "name")));
        Assert.Equal(ptx, File.ReadAllText(Path.Combine(folder, "kernel.ptx")));
        Assert.Equal(5, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Record_EveryPartOfTheRequest_HasItsOwnFolder()
    {
        Compiled(SuppliedPtx.RecordVariable, "-DN=1");
        Compiled(SuppliedPtx.RecordVariable, "-DN=1");
        Assert.Single(Directory.GetDirectories(_root));
        Compiled(SuppliedPtx.RecordVariable, "-DN=2");
        using CompilerEnvironment environment = new(SuppliedPtx.RecordVariable, _root);
        using TestProgram program = new(Source, "k.cu", ("h.cuh", "int y;\n"));
        Assert.Equal(NVRTC_SUCCESS, program.Compile("-DN=1"));
        Assert.Equal(3, Directory.GetDirectories(_root).Length);
    }

    [Fact]
    public void Supply_TakesWhatIsThere_WithoutACompiler()
    {
        Compiled(SuppliedPtx.RecordVariable, "-DN=1", "-arch=sm_80");
        string answer = Path.Combine(Assert.Single(Directory.GetDirectories(_root)), "kernel.ptx");
        File.WriteAllText(answer, "// made elsewhere\n");
        // Recording again leaves what came from elsewhere.
        Compiled(SuppliedPtx.RecordVariable, "-DN=1", "-arch=sm_80");
        using CompilerEnvironment path = new("PATH", "/nonexistent");
        Assert.Equal("// made elsewhere\n", Compiled(SuppliedPtx.SupplyVariable, "-DN=1", "-arch=sm_80"));
    }

    [Fact]
    public void Supply_NothingThere_NamesTheFile()
    {
        using CompilerEnvironment environment = new(SuppliedPtx.SupplyVariable, _root);
        using TestProgram program = new(Source, "k.cu", ("h.cuh", ""));
        Assert.Equal(NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, program.Compile("-DN=1"));
        Assert.Contains(Path.Combine(_root, ""), program.Log, StringComparison.Ordinal);
        Assert.Contains("kernel.ptx", program.Log, StringComparison.Ordinal);
        Assert.Contains(SuppliedPtx.RecordVariable, program.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_ManyAtOnce_LeavesWholeFilesAlone()
    {
        Parallel.For(0, 8, _ => SuppliedPtx.Record(_root, new CompileRequest("k.cu", Source, new() { ["h.cuh"] = "" }, ["-DN=1"], [])));
        string folder = Assert.Single(Directory.GetDirectories(_root));
        Assert.Equal(["headers/h.cuh", "name", "options", "source.cu"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Key_TextsThatRunTogether_Differ()
    {
        string Key(params string[] options) => new CompileRequest("k.cu", "", [], options, []).Key();
        Assert.NotEqual(Key("-DA", "B"), Key("-DAB"));
        Assert.NotEqual(Key("-DA", "B"), Key("-D", "AB"));
        // SHA-256 of the empty request: a length of 8 zero bytes for source, headers, options and expressions each.
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(new byte[32])), Key());
    }

    private string Compiled(string variable, params string[] options)
    {
        using CompilerEnvironment environment = new(variable, _root);
        using TestProgram program = new(Source, "k.cu", ("h.cuh", "int x;\n"));
        Assert.True(program.Compile(options) == NVRTC_SUCCESS, program.Log);
        return program.Ptx;
    }
}
