using GptCuda.Tests;
using GptCuda.VirtualGpu.Ptx;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Ptx;

/// <summary>What is loaded, what is refused, and where the message points.</summary>
public sealed class PtxParserTests
{
    private const string Head = ".version 8.3\n.target sm_80\n.address_size 64\n";

    public static TheoryData<string> SampleFiles =>
        new(Directory.GetFiles(Repository.TestData("samples", "ptx"), "*.ptx").Select(path => Path.GetFileName(path)));

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public void Load_EverySampleOfNvrtc_DecodesItsKernels(string file)
    {
        string text = File.ReadAllText(Repository.TestData("samples", "ptx", file));
        using var device = new TestDevice();
        int entries = text.Split('\n').Count(line => line.StartsWith(".visible .entry", StringComparison.Ordinal));
        Assert.Equal(entries, device.Load(text, file).Kernels.Count);
    }

    private static PtxSyntaxException Refused(string text)
    {
        using var device = new TestDevice();
        return Assert.Throws<PtxSyntaxException>(() => device.Load(text, "bad.ptx"));
    }

    private static PtxSyntaxException RefusedBody(string body) =>
        Refused(Head + ".visible .entry k(.param .u64 a)\n{\n.reg .b32 %r<4>; .reg .b64 %d<4>; .reg .pred %p<4>; .reg .b16 %h<2>;\n" + body + "\nret;\n}\n");

    [Theory]
    [InlineData("frobnicate.u32 %r1, %r2;", 7, 1, "unknown instruction 'frobnicate.u32'")]
    [InlineData("  add.u33 %r1, %r2, %r3;", 7, 6, "unknown modifier '.u33' in 'add.u33'")]
    [InlineData("add.ro.f32 %r1, %r2, %r3;", 7, 4, "unknown modifier '.ro'")]
    [InlineData("ld.global.nc.L3::x.u32 %r1, [%d1];", 7, 13, "'.L3::x'")]
    [InlineData("add %r1, %r2, %r3;", 7, 1, "lacks a modifier")]
    [InlineData("add.u32 %r1, %r2;", 7, 1, "too few operands")]
    [InlineData("add.u32 %r1, %r2, %r3, %r0;", 7, 24, "too many operands")]
    [InlineData("add.u32 %r1, %d2, %r3;", 7, 14, "needs a register of 32 bits; %d2 has 64")]
    [InlineData("add.u32 %r9, %r2, %r3;", 7, 9, "unknown name '%r9'")]
    [InlineData("add.u32 %p1, %r2, %r3;", 7, 9, "is a predicate")]
    [InlineData("add.u32 5, %r2, %r3;", 7, 9, "a register is needed")]
    [InlineData("setp.eq.u32 %r1, %r2, %r3;", 7, 13, "%r1 is not a predicate")]
    [InlineData("@%r1 bra x;\nx:", 7, 2, "%r1 is not a predicate")]
    [InlineData("bra nowhere;", 7, 5, "unknown label 'nowhere'")]
    [InlineData("x:\nx:", 8, 1, "label x is defined twice")]
    [InlineData("ld.global.u64 %r1, [%d1];", 7, 1, "does not suit .u64")]
    [InlineData("ld.global.v2.u32 %r1, [%d1];", 7, 1, "1 values where 2 are needed")]
    [InlineData("ld.global.u32 %r1, %d1;", 7, 20, "expected an address in brackets")]
    [InlineData("ld.global.u32 %r1, [%h1];", 7, 20, "is no address: it has 16 bits")]
    [InlineData("ld.relaxed.global.u32 %r1, [%d1];", 7, 1, "a scope goes with")]
    [InlineData("ld.shared.nc.u32 %r1, [%r1];", 7, 1, ".nc is for .global alone")]
    [InlineData("call.uni missing, ();", 7, 10, "unknown function 'missing'")]
    [InlineData("bar.sync 16;", 7, 1, "there is no barrier 16")]
    [InlineData("cp.async.cg.shared.global [%r1], [%d1], 8;", 7, 1, "does not copy 8 bytes")]
    [InlineData("mov.u64 %d1, 0x1g;", 7, 14, "'0x1g' is not a number")]
    [InlineData("mov.u64 %d1, {%r1, %h1};", 7, 1, "widths do not add up")]
    [InlineData("add.u32 %r1, %r2, %r3", 8, 1, "expected ';', found 'ret'")]
    [InlineData("add.u32 %r1, ?, %r3;", 7, 14, "unexpected character '?'")]
    [InlineData(".reg .b32 %r1;", 7, 1, "%r1 is declared twice")]
    [InlineData(".surf x;", 7, 1, "unknown directive '.surf'")]
    public void Body_Mistakes_AreRefusedByLineAndColumn(string body, int line, int column, string problem)
    {
        // The body begins on line 7.
        PtxSyntaxException refusal = RefusedBody(body);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith($"bad.ptx:{line}:{column}: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (refusal.Line, refusal.Column));
    }

    [Theory]
    [InlineData("", "begins with .version")]
    [InlineData(".version 8.3\n", "no .target")]
    [InlineData(".version 8.3\n.target sm_80\n.address_size 32\n", "only .address_size 64")]
    [InlineData(Head + ".texref t;\n", "unknown directive '.texref'")]
    [InlineData(Head + ".visible .entry k()\n{\nret;\n", "found 'end of text'")]
    [InlineData(Head + ".visible .entry k()\n{ ret; }\n.visible .entry k()\n{ ret; }\n", "the kernel k is defined twice")]
    [InlineData(Head + ".extern .global .u32 x;\n", "modules are not linked")]
    [InlineData(Head + ".global .u32 x[2] = {1, 2, 3};\n", "3 initial values for 2 elements")]
    [InlineData(Head + ".global .u64 x = nothing;\n", "unknown variable 'nothing'")]
    [InlineData(Head + ".func f()\n{ call f, (); }\n.visible .entry k()\n{ call f, (); }\n", "recursion is not supported")]
    [InlineData(Head + "/* never closed", "a comment is not closed")]
    public void Module_Mistakes_AreRefused(string text, string problem) =>
        Assert.Contains(problem, Refused(text).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_DirectivesOfBothCompilers_AreKept()
    {
        PtxText text = PtxParser.Parse("""
            // a comment
            .version 9.0
            .target sm_90, debug
            .address_size 64
            .weak .global .align 16 .b8 bytes[] = {1, 2, 0x3, 04};
            .extern .shared .align 128 .b8 dynamic[];
            .visible .entry k(.param .u64 .ptr .global .align 16 p, .param .align 8 .b8 s[24])
            .maxntid 256, 2
            .minnctapersm 2
            {
            .reg .f32 %f<3>;
            .pragma "nounroll";
            .loc 2 41 7, function_name $L__info0, inlined_at 1 12 3
            add.rn.f32 %f1, %f2, 0f3F800000; /* over
            lines */ ret;
            }
            .section .debug_str { .b8 1, 2 $x: .b8 3 }
            .file 2 "k.cu", 123, 456
            """, "m");
        Assert.Equal((9, 0), text.Version);
        Assert.Equal("sm_90", text.Target);
        Assert.Equal([1, 2, 3, 4], text.Variables[0].InitialBytes!);
        Assert.True(text.Variables[1].IsExtern);
        PtxFunction kernel = Assert.Single(text.Functions);
        Assert.Equal((256, 2, 1), kernel.MaximumThreads);
        Assert.Equal(2, kernel.MinimumBlocks);
        Assert.Equal([8L, 24L], kernel.Parameters.Select(parameter => parameter.Bytes));
        PtxStatement add = kernel.Body!.First(statement => statement.Kind == PtxStatementKind.Instruction);
        Assert.Equal(new PtxLocation(2, 41), add.Location);
        Assert.Equal("k.cu", text.Files[2]);
        Assert.Equal("add.rn.f32", add.Spelling);
    }
}
