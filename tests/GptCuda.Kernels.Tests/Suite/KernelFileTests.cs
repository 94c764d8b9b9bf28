using System.Text;
using System.Text.RegularExpressions;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.Tests;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>Every kernel file compiles, bare and specialised, for old and new GPUs, without a stack and without a call.</summary>
[Collection(TestDevice.Collection)]
public sealed partial class KernelFileTests(TestDevice device)
{
    private static readonly KernelShape Small = new(768, 12, 64, 3072, 50257, MatrixType.BF16);
    private static readonly KernelShape Xl = new(1600, 25, 64, 6400, 50257, MatrixType.BF16);

    private static readonly string[] Names =
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "kernels"), "*.cu").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Files => [.. Names];

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void File_Bare_HasNoStackAndNoCall(string file) => Check(90, [new KernelVariant(file)]);

    [SkippableFact]
    public void Files_BareOnTheOldestGpu_HaveKernelsWithoutStackOrCall() => Check(75, [.. Names.Select(file => new KernelVariant(file))]);

    [SkippableFact]
    public void Files_OnTheOldestGpu_HaveNoStackAndNoCall()
    {
        Check(75, [.. Names.Select(file => (Small with { Type = file.EndsWith("_f32.cu", StringComparison.Ordinal) ? MatrixType.F32 : MatrixType.F16 })
            .Variant(file, file.EndsWith("matvec.cu", StringComparison.Ordinal) ? 8 : 0))]);
    }

    [SkippableFact]
    public void Convert_EveryPairOfTypes_HasNoStackAndNoCall() => Check(
        75, [.. from stored in (MatrixType[])[MatrixType.F32, MatrixType.BF16, MatrixType.F16]
            from target in Enum.GetValues<MatrixType>() select ConvertKernels.Variant(stored, target)]);

    [SkippableTheory]
    [InlineData(MatrixType.F32, 8)]
    [InlineData(MatrixType.Int8, 1)]
    public void Matvec_Xl_HasNoStackAndNoCall(MatrixType type, int rows) =>
        Check(80, [MatrixVectorKernels.Variant(Xl with { Type = type }, rows)]);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(MatrixType.F32)]
    [InlineData(MatrixType.BF16)]
    [InlineData(MatrixType.F16)]
    [InlineData(MatrixType.Int8)]
    public void Matvec_EveryRowCount_HasNoStackAndNoCall(MatrixType type) => Check(
        80, [.. from rows in Enumerable.Range(1, 8) from shape in (KernelShape[])[Small, Xl] select MatrixVectorKernels.Variant(shape with { Type = type }, rows)]);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(80)]
    [InlineData(128)]
    [InlineData(256)]
    public void Attention_HeadSizes_HasNoStackAndNoCall(int headSize)
    {
        var shape = new KernelShape(3 * headSize, 3, headSize, 16, 16, MatrixType.F16);
        foreach (int architecture in (int[])[75, 90])
        {
            Check(architecture, [.. ((MatrixType[])[MatrixType.F32, MatrixType.F16, MatrixType.Int8]).Select(
                type => AttentionDecodeKernel.Variant(shape with { Type = type }))]);
            Check(architecture, [.. ((MatrixType[])[MatrixType.F32, MatrixType.F16, MatrixType.Int8]).Select(
                type => AttentionPrefillKernel.Variant(shape with { Type = type }))]);
        }
    }

    private void Check(int architecture, KernelVariant[] variants)
    {
        NvrtcCompiler nvrtc = device.Libraries.Nvrtc;
        using CudaContext context = device.NewContext();
        bool loads = context.Device.ComputeCapability.Number >= architecture;
        Parallel.ForEach(variants, variant =>
        {
            byte[] ptx = nvrtc.Compile(
                KernelSources.Embedded.Read(variant.File), ["--std=c++17", "--fmad=false", $"--gpu-architecture=compute_{architecture}", .. variant.Options], machineCode: false);
            string text = Encoding.UTF8.GetString(ptx);
            Assert.Contains(".entry", text);
            Assert.False(Local().IsMatch(text), $"{variant} uses local memory: {Local().Match(text).Value}");
            Assert.False(Call().IsMatch(text), $"{variant} calls a function: {Call().Match(text).Value}");
            if (loads) new KernelModule(context, variant.ToString(), ptx).Dispose();
        });
    }

    [GeneratedRegex(@"^.*\.local\b.*$", RegexOptions.Multiline)]
    private static partial Regex Local();

    [GeneratedRegex(@"^\s*call\b.*$", RegexOptions.Multiline)]
    private static partial Regex Call();
}
