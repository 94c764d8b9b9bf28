using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUjit_option;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class ModuleTests
{
    [Fact]
    public void Load_Envelope_RunsAsItsText()
    {
        using DriverSession session = new();
        byte[] image = ModuleImage.Wrap(Kernels.Counting, 90);
        nint module;
        fixed (byte* bytes = image)
            module = Cuda.Get("cuModuleLoadDataEx", (nint)bytes, 0, 0, 0);
        nint counter = DriverSession.Upload(1u);

        DriverSession.Launch(session.Function(module, "increment"), 0, 1, counter);

        Assert.Equal([2u], DriverSession.Download<uint>(counter, 1));
    }

    [Theory]
    [InlineData(90, (int)CUDA_SUCCESS)]
    [InlineData(80, (int)CUDA_ERROR_NO_BINARY_FOR_GPU)]
    [InlineData(75, (int)CUDA_ERROR_NO_BINARY_FOR_GPU)]
    [InlineData(100, (int)CUDA_ERROR_NO_BINARY_FOR_GPU)]
    public void Load_EnvelopeOfAnArchitecture_RunsOnThatAlone(int capability, int expected)
    {
        using DriverSession session = new();
        fixed (byte* bytes = ModuleImage.Wrap(Kernels.Counting, capability))
            Assert.Equal((CUresult)expected, Cuda.Try("cuModuleLoadData", session.Native(8), (nint)bytes));
    }

    [Fact]
    public void Load_DamagedEnvelope_IsAnInvalidImage()
    {
        using DriverSession session = new();
        byte[] image = ModuleImage.Wrap(Kernels.Counting, 90);
        image[^10] = 0;
        fixed (byte* bytes = image)
            Assert.Equal(CUDA_ERROR_INVALID_IMAGE, Cuda.Try("cuModuleLoadData", session.Native(8), (nint)bytes));
    }

    [Theory]
    [InlineData("sm_90", (int)CUDA_SUCCESS)]
    [InlineData("sm_90a", (int)CUDA_SUCCESS)]
    [InlineData("sm_80", (int)CUDA_SUCCESS)]
    [InlineData("sm_80a", (int)CUDA_ERROR_NO_BINARY_FOR_GPU)]
    [InlineData("sm_100", (int)CUDA_ERROR_NO_BINARY_FOR_GPU)]
    public void Load_TextForATarget_RunsOnThatAndNewer(string target, int expected)
    {
        using DriverSession session = new();
        Assert.Equal(
            (CUresult)expected, Cuda.Try("cuModuleLoadData", session.Native(8), session.Text(Kernels.Counting.Replace("sm_75", target))));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(16)]
    [InlineData(1)]
    public void Load_SyntaxError_GoesToTheCallersBuffer(int room)
    {
        using DriverSession session = new();
        using StandardError errors = new();
        nint buffer = session.Native(room + 1);
        ((byte*)buffer)[room] = 77;
        CUjit_option* options =
            stackalloc[] { CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
        nint* values = stackalloc nint[] { 100, buffer, room };
        nint text = session.Text(Kernels.Counting.Replace("add.u64 %a", "ddd.u64 %a"));

        Assert.Equal(CUDA_ERROR_INVALID_PTX, Cuda.Try("cuModuleLoadDataEx", session.Native(8), text, 3, (nint)options, (nint)values));

        string log = Marshal.PtrToStringUTF8(buffer)!;
        Assert.Equal(log.Length + 1, values[2]);
        Assert.Equal(0, values[0]);
        Assert.Equal(77, ((byte*)buffer)[room]);
        if (room == 1000)
            Assert.Matches(@":\d+:\d+: .*ddd", log);
        Assert.Equal("", errors.Text);
    }

    [Fact]
    public void Load_SyntaxErrorWithoutABuffer_IsSaidOnStandardError()
    {
        using DriverSession session = new();
        using StandardError errors = new();

        Assert.Equal(
            CUDA_ERROR_INVALID_PTX,
            Cuda.Try("cuModuleLoadData", session.Native(8), session.Text(Kernels.Counting.Replace("ret;", "rex;"))));

        Assert.Matches(@"module \d+:\d+:\d+: .*rex", errors.Text);
        Assert.Equal(0, session.Machine.Memory.Used);
    }

    [Fact]
    public void Load_File_IsAsItsText()
    {
        using DriverSession session = new();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Kernels.Empty);
            nint module = Cuda.Get("cuModuleLoad", session.Text(file));
            DriverSession.Launch(session.Function(module, "nothing"), 0, 1);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Variables_OfAModule_AreFoundAndHoldTheirValues()
    {
        using DriverSession session = new();
        nint module = session.Load(Kernels.Variables), address = 0, bytes = 0, result = DriverSession.Allocate(4);
        Cuda.Call("cuModuleGetGlobal_v2", (nint)(&address), (nint)(&bytes), module, session.Text("table"));
        Assert.Equal(16, bytes);
        Assert.Equal([1u, 2, 3, 4], DriverSession.Download<uint>(address, 4));
        Cuda.Call("cuMemsetD32_v2", address + 8, 33, 1);
        DriverSession.Launch(session.Function(module, "third"), 0, 1, result);
        Assert.Equal([33u], DriverSession.Download<uint>(result, 1));
        Cuda.Call("cuModuleGetGlobal_v2", (nint)(&address), 0, module, session.Text("scratch"));
        Assert.Equal(new byte[64], DriverSession.Download<byte>(address, 64));

        Cuda.Call("cuModuleUnload", module);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Cuda.Try("cuMemcpyDtoH_v2", session.Native(4), address, 4));
    }

    [Fact]
    public void Functions_OfAModule_TellTheirAttributes()
    {
        using DriverSession session = new();
        nint module = session.Load(Kernels.Shared), function = session.Function(module, "dynamic");
        nint bounded = session.Kernel(Kernels.Empty, "bounded");

        Assert.Equal(function, session.Function(module, "dynamic"));
        Assert.Equal(module, Cuda.Get("cuFuncGetModule", function));
        Assert.Equal("dynamic", Marshal.PtrToStringUTF8(Cuda.Get("cuFuncGetName", function)));
        Assert.Equal(1024, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, function));
        Assert.Equal(64, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, bounded));
        Assert.Equal(16, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function));
        Assert.Equal(48 * 1024 - 16, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, function));
        Assert.Equal(90, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION, function));
        Assert.Equal(0, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES, function));
        Assert.Equal(-1, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, function));
        Cuda.Call("cuFuncSetAttribute", function, 9, 50);
        Assert.Equal(50, Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, function));
        Cuda.Call("cuFuncSetCacheConfig", function, 1);
    }

    private static int Attribute(CUfunction_attribute attribute, nint function) =>
        (int)Cuda.Get("cuFuncGetAttribute", (nint)attribute, function);
}
