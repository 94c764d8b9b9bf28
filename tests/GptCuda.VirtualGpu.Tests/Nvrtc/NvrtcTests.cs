using System.Text;
using GptCuda.Tests;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Nvrtc;
using static GptCuda.VirtualGpu.Nvrtc.nvrtcResult;

namespace GptCuda.VirtualGpu.Tests.Nvrtc;

/// <summary>Compilations through NVRTC's interface.</summary>
[Collection(CompilerEnvironment.Name)]
public sealed unsafe class NvrtcTests
{
    private static readonly string[] SampleOptions = ["--std=c++17", "--fmad=false"];

    public static TheoryData<string, string> Samples
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string file in Directory.GetFiles(Repository.TestData("samples"), "*.cu").Order(StringComparer.Ordinal))
                data.Add(Path.GetFileName(file), file.EndsWith("a_add_layernorm.cu", StringComparison.Ordinal) ? "sm_90" : "sm_80");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Compile_Sample_GivesPtxWithItsLines(string file, string architecture)
    {
        using TestProgram program = new(Sample(file), file, ("ptx.cuh", Sample("ptx.cuh")));
        nvrtcResult result = program.Compile([.. SampleOptions, $"--gpu-architecture={architecture}"]);
        Assert.True(result == NVRTC_SUCCESS, program.Log);
        string ptx = program.Ptx;
        Assert.Contains($".target {architecture}", ptx, StringComparison.Ordinal);
        Assert.Contains($".file\t1 \"{file}\"", ptx, StringComparison.Ordinal);
        // What is inlined from the compiler's own names is on the line that called it.
        Assert.DoesNotContain("the compiler's own", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), ptx, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_ErrorInSource_LogHasTheUsersNameAndLine()
    {
        using TestProgram program = new("__global__ void k(int* p) {\n  *p = 1;\n  *p = missing;\n}\n", "folder/my kernel.cu");
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile());
        Assert.StartsWith("folder/my kernel.cu:3:8: error: use of undeclared identifier 'missing'", program.Log, StringComparison.Ordinal);
        nuint size;
        Assert.Equal(
            NVRTC_ERROR_INVALID_PROGRAM,
            ((delegate* unmanaged<nint, nuint*, nvrtcResult>)&NvrtcExports.nvrtcGetPTXSize)(program.Handle, &size));
    }

    [Fact]
    public void Compile_ErrorInHeader_LogHasTheHeadersName()
    {
        using TestProgram program = new(
            "#include \"sub/a.cuh\"\n", "k.cu", ("sub/a.cuh", "#include <b.cuh>\n"), ("b.cuh", "\nint x = y;\n"));
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile());
        Assert.Contains("b.cuh:2:9: error:", program.Log, StringComparison.Ordinal);
        Assert.Contains("In file included from sub/a.cuh:1", program.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#include <stdint.h>")]
    [InlineData("#include <cstdint>")]
    [InlineData("#include <cuda_bf16.h>")]
    [InlineData("#include <algorithm>")]
    [InlineData("#include \"types.cuh\"")]
    [InlineData("uint32_t x;")]
    public void Compile_WhatNvrtcHasNot_Fails(string source)
    {
        using TestProgram program = new(source + "\n");
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile());
    }

    [Fact]
    public void Compile_Warning_IsInTheLogOfASuccess()
    {
        using TestProgram program = new("__global__ void k(int* p) { int* q = p; if (q = nullptr) *p = 1; }\n");
        Assert.Equal(NVRTC_SUCCESS, program.Compile());
        Assert.Contains("test.cu:1:", program.Log, StringComparison.Ordinal);
        Assert.Contains("warning", program.Log, StringComparison.Ordinal);
        Assert.Equal(NVRTC_SUCCESS, program.Compile("-w"));
        Assert.Equal("", program.Log);
    }

    [Theory]
    [InlineData("-DN=3")]
    [InlineData("-D N=3")]
    [InlineData("--define-macro=N=3")]
    [InlineData("-D", "N=3")]
    [InlineData("--define-macro", "N=3")]
    [InlineData("-DN=4", "-UN", "-DN=3")]
    public void Compile_Macro_EverySpelling(params string[] options)
    {
        using TestProgram program = new("static_assert(N == 3, \"\");");
        Assert.True(program.Compile(options) == NVRTC_SUCCESS, program.Log);
    }

    [Fact]
    public void Compile_MacroWithShellCharacters_ReachesTheCompilerAsItIs()
    {
        using TestProgram program = new(
            "constexpr const char* text = TEXT;\nstatic_assert(text[0] == '$' && text[1] == '(' && text[3] == ' ', \"\");");
        Assert.True(program.Compile("-DTEXT=\"$(a b;`c`'*\"") == NVRTC_SUCCESS, program.Log);
    }

    [Theory]
    [InlineData("true", "fma.rn.f32")]
    [InlineData("false", "mul.rn.f32")]
    [InlineData(null, "fma.rn.f32")]
    public void Compile_Fmad_ContractsUnlessOff(string? value, string instruction)
    {
        using TestProgram program = new("extern \"C\" __global__ void k(float* p) { p[0] = p[1] * p[2] + p[3]; }");
        Assert.Equal(NVRTC_SUCCESS, value is null ? program.Compile() : program.Compile($"--fmad={value}"));
        // clang writes mul.f32 and mul.rn.f32 alike, by version.
        Assert.Contains(
            instruction.Replace(".rn", "", StringComparison.Ordinal),
            program.Ptx.Replace(".rn", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_FastMath_ApproximatesDivisionAndRoot()
    {
        using TestProgram program = new("extern \"C\" __global__ void k(float* p) { p[0] = p[1] / p[2]; p[1] = sqrtf(p[3]); }");
        Assert.Equal(NVRTC_SUCCESS, program.Compile());
        Assert.Contains("div.rn.f32", program.Ptx, StringComparison.Ordinal);
        Assert.Contains("sqrt.rn.f32", program.Ptx, StringComparison.Ordinal);
        Assert.Equal(NVRTC_SUCCESS, program.Compile("--use_fast_math"));
        Assert.DoesNotContain("div.rn", program.Ptx, StringComparison.Ordinal);
        Assert.Contains("sqrt.approx", program.Ptx, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--no-such-option")]
    [InlineData("-O3")]
    [InlineData("--gpu-architecture=80")]
    [InlineData("--gpu-architecture=sm_8")]
    [InlineData("--std=c++98")]
    [InlineData("--fmad=perhaps")]
    [InlineData("--maxrregcount=many")]
    [InlineData("--maxrregcount=256")]
    [InlineData("-rdc=true")]
    [InlineData("-lineinfo=true")]
    [InlineData("--pre-include")]
    public void Compile_OptionThatIsNone_InvalidOptionWithItsText(string option)
    {
        using TestProgram program = new("");
        Assert.Equal(NVRTC_ERROR_INVALID_OPTION, program.Compile(option));
        Assert.Contains($"\"{option}\"", program.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--std=c++20", "--minimal", "-lineinfo", "--maxrregcount=64", "-rdc=false", "--restrict")]
    [InlineData("-arch", "compute_86", "-std=c++14", "-fmad=true", "-Xptxas", "-v")]
    public void Compile_OptionsOfNvrtc_AreTaken(params string[] options)
    {
        using TestProgram program = new("__global__ void k() {}\n");
        Assert.True(program.Compile(options) == NVRTC_SUCCESS, program.Log);
    }

    [Fact]
    public void Compile_DefaultDevice_MakesPlainFunctionsDeviceFunctions()
    {
        using TestProgram program = new("int twice(int x) { return 2 * x; }\n__global__ void k(int* p) { *p = twice(*p); }\n");
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile());
        Assert.True(program.Compile("-default-device") == NVRTC_SUCCESS, program.Log);
    }

    [Fact]
    public void Compile_PreInclude_ComesFirst()
    {
        using TestProgram program = new("static_assert(FROM_HEADER == 5, \"\");", "k.cu", ("first.cuh", "#define FROM_HEADER 5\n"));
        Assert.True(program.Compile("--pre-include=first.cuh") == NVRTC_SUCCESS, program.Log);
    }

    [Fact]
    public void Image_OnlyForARealArchitecture()
    {
        using TestProgram program = new("extern \"C\" __global__ void k() {}\n", name: null);
        Assert.Equal(NVRTC_SUCCESS, program.Compile("--gpu-architecture=sm_86"));
        Assert.StartsWith("GPTCUDA-VIRTUAL-IMAGE 86 ", Encoding.UTF8.GetString(program.Image), StringComparison.Ordinal);
        Assert.Contains("default_program", program.Ptx, StringComparison.Ordinal);
        Assert.Equal(NVRTC_SUCCESS, program.Compile("--gpu-architecture=compute_86"));
        Assert.Empty(program.Image);
        byte image;
        Assert.Equal(
            NVRTC_ERROR_INVALID_PROGRAM,
            ((delegate* unmanaged<nint, byte*, nvrtcResult>)&NvrtcExports.nvrtcGetCUBIN)(program.Handle, &image));
    }

    [Fact]
    public void LoweredName_TemplatesAndVariables()
    {
        using TestProgram program = new(
            "namespace a { template <class T, int N> __global__ void k(T* p) { *p = N; } }\n__constant__ float table[4];\n");
        Assert.Equal(NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION, program.TryLoweredName("&table", out _));
        Assert.Equal(NVRTC_SUCCESS, program.AddNameExpression("a::k<float, 3>"));
        Assert.Equal(NVRTC_SUCCESS, program.AddNameExpression("&table"));
        Assert.True(program.Compile() == NVRTC_SUCCESS, program.Log);
        Assert.Equal(NVRTC_SUCCESS, program.TryLoweredName("a::k<float, 3>", out string? kernel));
        Assert.Equal("_ZN1a1kIfLi3EEEvPT_", kernel);
        Assert.Equal(NVRTC_SUCCESS, program.TryLoweredName("&table", out string? table));
        Assert.Equal("table", table);
        Assert.Single(program.Ptx.Split(".visible .entry _ZN1a1kIfLi3EEEvPT_")[1..]);
        Assert.DoesNotContain("name_expression", program.Ptx, StringComparison.Ordinal);
        Assert.Equal(NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID, program.TryLoweredName("other", out _));
        Assert.Equal(NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION, program.AddNameExpression("other"));
    }

    [Theory]
    [InlineData("/etc/hosts")]
    [InlineData("../up.cuh")]
    [InlineData("")]
    public void Create_HeaderNameThatLeavesItsFolder_InvalidInput(string name)
    {
        using TestProgram program = new("", "k.cu", (name, ""));
        Assert.Equal(NVRTC_ERROR_INVALID_INPUT, program.Created);
    }

    [Fact]
    public void Destroy_Twice_InvalidProgram()
    {
        TestProgram program = new("");
        nint handle = program.Handle;
        program.Dispose();
        delegate* unmanaged<nint*, nvrtcResult> destroy = &NvrtcExports.nvrtcDestroyProgram;
        Assert.Equal(NVRTC_ERROR_INVALID_PROGRAM, destroy(&handle));
    }

    [Fact]
    public void Compile_ManyAtOnce_EachGetsItsOwn()
    {
        string[] ptx = new string[12];
        Parallel.For(0, ptx.Length, i =>
        {
            using TestProgram program = new($"extern \"C\" __global__ void kernel_{i}(int* p) {{ *p = {i}; }}\n");
            Assert.True(program.Compile() == NVRTC_SUCCESS, program.Log);
            ptx[i] = program.Ptx;
        });
        Assert.All(ptx.Index(), entry => Assert.Contains($".entry kernel_{entry.Index}(", entry.Item, StringComparison.Ordinal));
    }

    [Fact]
    public void Compile_LeavesNoFiles()
    {
        string[] Left() => Directory.GetDirectories(Path.GetTempPath(), "gptcuda-nvrtc-*");
        HashSet<string> before = [.. Left()];
        using TestProgram program = new("__global__ void k() { nonsense }\n");
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile());
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile("-arch=sm_80"));
        // Other processes may be compiling: what is there now and was not before must go away.
        Assert.True(SpinWait.SpinUntil(() => Left().All(before.Contains), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Compile_NoClangInPath_SaysWhatToInstall()
    {
        using CompilerEnvironment environment = new("PATH", "/nonexistent");
        using TestProgram program = new("__global__ void k() {}\n", "k.cu");
        Assert.Equal(NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, program.Compile("-arch=sm_80"));
        Assert.Contains("apt-get install clang-19", program.Log, StringComparison.Ordinal);
        Assert.Contains("k.cu", program.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_ClangThatDoesNotStart_SaysSo()
    {
        string folder = Directory.CreateTempSubdirectory("gptcuda-clang-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "clang++-19"), "");
            using CompilerEnvironment environment = new("PATH", folder);
            using TestProgram program = new("__global__ void k() {}\n", "k.cu");
            Assert.Equal(NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, program.Compile("-arch=sm_80"));
            Assert.Contains($"{folder}/clang++-19 cannot be started", program.Log, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Compile_HostIncludeFolders_AreNotSearched()
    {
        using CompilerEnvironment environment = new("CPATH", "/usr/include");
        using TestProgram program = new("#include <stdio.h>\n");
        Assert.Equal(NVRTC_ERROR_COMPILATION, program.Compile());
    }

    private static string Sample(string file) => File.ReadAllText(Path.Combine(Repository.TestData("samples"), file));
}
