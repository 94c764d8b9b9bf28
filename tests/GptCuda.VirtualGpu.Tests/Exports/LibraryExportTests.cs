using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Nvrtc;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>Names, widths and values of cuBLAS's and NVRTC's interfaces against CUDA's own.</summary>
public sealed unsafe class LibraryExportTests
{
    public static TheoryData<string> CublasNames => [.. ExportedMethods.Of(typeof(CublasExports)).Select(method => method.Name)];

    public static TheoryData<string> NvrtcNames => [.. ExportedMethods.Of(typeof(NvrtcExports)).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(CublasNames))]
    public void Cublas_NameAndWidths_AreCudas(string name) => ExportedMethods.RequireFacts(typeof(CublasExports), name, AbiFacts.Cublas);

    [Theory]
    [MemberData(nameof(NvrtcNames))]
    public void Nvrtc_NameAndWidths_AreCudas(string name) => ExportedMethods.RequireFacts(typeof(NvrtcExports), name, AbiFacts.Nvrtc);

    [Theory]
    [InlineData(typeof(cublasStatus_t))]
    [InlineData(typeof(cublasOperation_t))]
    [InlineData(typeof(cublasPointerMode_t))]
    [InlineData(typeof(cublasMath_t))]
    [InlineData(typeof(cublasComputeType_t))]
    [InlineData(typeof(cudaDataType))]
    public void Cublas_Enumeration_ValuesAreCudas(Type type) => RequireValues(type, AbiFacts.Cublas);

    [Fact]
    public void Nvrtc_Enumeration_ValuesAreCudas() => RequireValues(typeof(nvrtcResult), AbiFacts.Nvrtc);

    [Fact]
    public void StatusName_AndString_AreTexts()
    {
        delegate* unmanaged<cublasStatus_t, byte*> name = &CublasExports.cublasGetStatusName, text = &CublasExports.cublasGetStatusString;
        Assert.Equal("CUBLAS_STATUS_NOT_SUPPORTED", Marshal.PtrToStringUTF8((nint)name(cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED)));
        Assert.Equal(
            "the requested functionality is not supported",
            Marshal.PtrToStringUTF8((nint)text(cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED)));
        Assert.Equal("an unknown status", Marshal.PtrToStringUTF8((nint)text((cublasStatus_t)1234)));
    }

    [Fact]
    public void Versions_OfBothLibraries_HaveOneMajor()
    {
        int major, minor, property;
        Assert.Equal(nvrtcResult.NVRTC_SUCCESS, ((delegate* unmanaged<int*, int*, nvrtcResult>)&NvrtcExports.nvrtcVersion)(&major, &minor));
        Assert.Equal(cublasStatus_t.CUBLAS_STATUS_SUCCESS,
            ((delegate* unmanaged<libraryPropertyType, int*, cublasStatus_t>)&CublasExports.cublasGetProperty)(libraryPropertyType.MAJOR_VERSION, &property));
        Assert.Equal((12, 12), (major, property));
    }

    private static void RequireValues(Type type, AbiFacts facts)
    {
        Dictionary<string, long> constants = facts.Constants(type.Name);
        foreach (string name in Enum.GetNames(type))
            Assert.Equal(constants[name], Convert.ToInt64(Enum.Parse(type, name)));
    }
}
