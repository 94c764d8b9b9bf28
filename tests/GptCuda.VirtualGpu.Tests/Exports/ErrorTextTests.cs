using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Tests.Driver;

namespace GptCuda.VirtualGpu.Tests.Exports;

[Collection(DriverSession.Collection)]
public sealed class ErrorTextTests
{
    [Fact]
    public void ErrorNameAndString_EveryCodeOfCuda_HasBoth()
    {
        HashSet<string> texts = [];
        foreach ((string name, long code) in AbiFacts.Cuda.Constants("CUresult"))
        {
            Assert.Equal(name, Marshal.PtrToStringUTF8(Text("cuGetErrorName", code)));
            string? text = Marshal.PtrToStringUTF8(Text("cuGetErrorString", code));
            Assert.False(string.IsNullOrWhiteSpace(text), name);
            Assert.True(texts.Add(text), $"{name} has another code's text: {text}");
        }
    }

    [Theory]
    [InlineData("cuGetErrorName")]
    [InlineData("cuGetErrorString")]
    public unsafe void ErrorText_UnknownCode_IsInvalidAndNull(string function)
    {
        nint text = 1;
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, Cuda.Try(function, 12345, (nint)(&text)));
        Assert.Equal(0, text);
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, Cuda.Try(function, 0, 0));
    }

    private static nint Text(string function, long code) => Cuda.GetLast(function, (nint)code);
}
