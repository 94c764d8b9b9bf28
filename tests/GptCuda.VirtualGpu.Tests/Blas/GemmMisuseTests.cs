using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Profiles;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Blas.cublasStatus_t;
using static GptCuda.VirtualGpu.Blas.cudaDataType;

namespace GptCuda.VirtualGpu.Tests.Blas;

/// <summary>What cuBLAS refuses at the call, and what ends the context when the product runs.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class GemmMisuseTests
{
    [Theory]
    [InlineData(-1, 2, 2, 2, 2, 2)]
    [InlineData(2, -1, 2, 2, 2, 2)]
    [InlineData(2, 2, -1, 2, 2, 2)]
    [InlineData(2, 2, 2, 1, 2, 2)]
    [InlineData(2, 2, 2, 2, 1, 2)]
    [InlineData(2, 2, 2, 2, 2, 1)]
    public void GemmEx_ShapeThatCannotBe_InvalidValue(int m, int n, int k, int lda, int ldb, int ldc)
    {
        using BlasSession session = new();
        nint memory = DriverSession.Upload<float>(new float[12]);
        Assert.Equal(
            CUBLAS_STATUS_INVALID_VALUE, session.TryMultiply(false, false, m, n, k, memory, lda, memory + 16, ldb, memory + 32, ldc));
    }

    [Fact]
    public void GemmEx_TransposedOperand_LeadingDimensionIsOfWhatIsStored()
    {
        using BlasSession session = new();
        nint a = DriverSession.Upload<float>(new float[6]), b = DriverSession.Upload<float>(new float[3]),
            c = DriverSession.Upload<float>(new float[2]);
        // op(A) is 2 x 3, so A is stored as 3 x 2.
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.TryMultiply(true, false, 2, 1, 3, a, 2, b, 3, c, 2));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(true, false, 2, 1, 3, a, 3, b, 3, c, 2));
    }

    [Fact]
    public void GemmEx_NullPointers_InvalidValue()
    {
        using BlasSession session = new();
        nint a = DriverSession.Upload(1f), c = DriverSession.Upload(1f);
        float one = 1;
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.TryMultiply(false, false, 1, 1, 1, 0, 1, a, 1, c, 1));
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.TryMultiply(false, false, 1, 1, 1, a, 1, a, 1, 0, 1));
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.TryMultiply(false, false, 1, 1, 1, a, 1, a, 1, c, 1, null, &one));
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.TryMultiply(false, false, 1, 1, 1, a, 1, a, 1, c, 1, &one, null));
    }

    [Theory]
    [InlineData((uint)CUDA_R_32F, (uint)CUDA_R_16F, 68u)]
    [InlineData((uint)CUDA_R_16F, (uint)CUDA_R_16BF, 68u)]
    [InlineData(1u, 1u, 68u)]
    [InlineData((uint)CUDA_R_16F, (uint)CUDA_R_16F, 64u)]
    [InlineData((uint)CUDA_R_32F, (uint)CUDA_R_32F, 70u)]
    public void GemmEx_TypesThatAreNotPlayed_NotSupported(uint type, uint typeC, uint compute)
    {
        using BlasSession session = new();
        nint memory = DriverSession.Upload<double>(new double[3]);
        Assert.Equal(CUBLAS_STATUS_NOT_SUPPORTED, session.TryMultiply(
            false, false, 1, 1, 1, memory, 1, memory + 8, 1, memory + 16, 1,
            type: (cudaDataType)type, typeC: (cudaDataType)typeC, compute: (cublasComputeType_t)compute));
    }

    [Fact]
    public void GemmEx_BF16OnTuring_NotSupported()
    {
        using BlasSession session = new(change: options => options with { Profile = DeviceProfiles.Named("t4") });
        nint memory = DriverSession.Upload<ushort>(new ushort[3]);
        Assert.Equal(
            CUBLAS_STATUS_NOT_SUPPORTED,
            session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 2, 1, memory + 4, 1, type: CUDA_R_16BF));
        Assert.Equal(
            CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 2, 1, memory + 4, 1, type: CUDA_R_16F));
    }

    [Fact]
    public void GemmEx_OperationOrAlgorithmThatIsNone_InvalidValue()
    {
        using BlasSession session = new();
        nint memory = DriverSession.Upload<float>(new float[3]);
        float one = 1, zero = 0;
        Assert.Equal(
            CUBLAS_STATUS_INVALID_VALUE,
            session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1, &one, &zero, operationOffset: 3));
        Assert.Equal(
            CUBLAS_STATUS_INVALID_VALUE,
            session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1, &one, &zero, algorithm: 50));
        Assert.Equal(
            CUBLAS_STATUS_SUCCESS,
            session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1, &one, &zero, algorithm: 99));
    }

    [Fact]
    public void GemmEx_HostModeWithDeviceFactor_InvalidValue()
    {
        using BlasSession session = new();
        nint memory = DriverSession.Upload(1f, 2f, 3f, 4f);
        float zero = 0;
        Assert.Equal(
            CUBLAS_STATUS_INVALID_VALUE,
            session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1, (float*)memory, &zero));
    }

    [Fact]
    public void GemmEx_DeviceModeWithHostFactor_EndsTheContext()
    {
        using BlasSession session = new();
        nint memory = DriverSession.Upload(1f, 2f, 3f);
        float one = 1, zero = 0;
        session.SetPointerMode(cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE);
        Assert.Equal(
            CUBLAS_STATUS_EXECUTION_FAILED,
            session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1, &one, &zero));
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, Cuda.Try("cuCtxSynchronize"));
    }

    [Theory]
    [InlineData(false, CUresult.CUDA_ERROR_ILLEGAL_ADDRESS)]
    [InlineData(true, CUresult.CUDA_ERROR_ILLEGAL_ADDRESS)]
    internal void GemmEx_OperandBeyondItsAllocation_EndsTheContext(bool lazy, CUresult expected)
    {
        using BlasSession session = new(lazy ? Schedule.Lazy : Schedule.Eager);
        nint a = DriverSession.Upload<float>(new float[6]), b = DriverSession.Upload<float>(new float[9]), c = DriverSession.Allocate(100);
        cublasStatus_t status = session.TryMultiply(false, false, 3, 3, 3, a, 3, b, 3, c, 3);
        Assert.Equal(lazy ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED, status);
        Assert.Equal(expected, Cuda.Try("cuCtxSynchronize"));
    }

    [Fact]
    public void GemmEx_OperandNeverWritten_EndsTheContext()
    {
        using BlasSession session = new();
        nint a = DriverSession.Allocate(16), b = DriverSession.Upload<float>(new float[4]), c = DriverSession.Allocate(16);
        Assert.Equal(CUBLAS_STATUS_EXECUTION_FAILED, session.TryMultiply(false, false, 2, 2, 2, a, 2, b, 2, c, 2));
        Assert.Equal(CUresult.CUDA_ERROR_LAUNCH_FAILED, Cuda.Try("cuCtxSynchronize"));
    }

    [Fact]
    public void GemmEx_PaddingNeverWritten_IsNotRead()
    {
        using BlasSession session = new();
        nint a = DriverSession.Allocate(16), b = DriverSession.Upload<float>(new float[2]), c = DriverSession.Allocate(4);
        Cuda.Call("cuMemsetD32_v2", a, 0, 1);
        Cuda.Call("cuMemsetD32_v2", a + 8, 0, 1);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 2, a, 2, b, 2, c, 1));
    }

    [Fact]
    public void GemmEx_ResultOverAnOperand_EndsTheContext()
    {
        using BlasSession session = new();
        nint a = DriverSession.Upload<float>(new float[12]);
        Assert.Equal(CUBLAS_STATUS_EXECUTION_FAILED, session.TryMultiply(false, false, 2, 2, 2, a, 2, a + 16, 2, a + 4, 2));
    }

    [Fact]
    public void GemmEx_ResultBetweenAnOperandsColumns_IsAllowed()
    {
        using BlasSession session = new();
        // Three matrices of two rows side by side, as queries, keys and values are.
        nint memory = DriverSession.Upload<float>(new float[12]);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 2, 2, 2, memory, 6, memory + 8, 6, memory + 16, 6));
    }

    [Fact]
    public void SetStream_TakesTheWorkspaceAway()
    {
        using BlasSession session = new();
        nint stream = DriverSession.NewStream(), workspace = DriverSession.Allocate(1 << 20);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetWorkspace(workspace, 1 << 20));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetStream(stream));
        // Without a workspace the first product has to allocate one, which a capture does not bear.
        Assert.Equal(CUBLAS_STATUS_EXECUTION_FAILED, CaptureOne(session, stream));
        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, Cuda.Try("cuStreamEndCapture", stream, session.Driver.Native(8)));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetWorkspace(workspace, 1 << 20));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, CaptureOne(session, stream));
        Cuda.GetLast("cuStreamEndCapture", stream);
    }

    [Fact]
    public void GemmEx_Workspace_IsSpoiled()
    {
        using BlasSession session = new();
        nint workspace = DriverSession.Upload<uint>(new uint[1024]), memory = DriverSession.Upload<float>(new float[3]);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetWorkspace(workspace, 4096));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1));
        Assert.All(DriverSession.Download<uint>(workspace, 1024), word => Assert.Equal(0xffffffff, word));
    }

    [Fact]
    public void GemmEx_WorkspaceFreed_EndsTheContext()
    {
        using BlasSession session = new();
        nint workspace = DriverSession.Allocate(4096), memory = DriverSession.Upload<float>(new float[3]);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetWorkspace(workspace, 4096));
        Cuda.Call("cuMemFree_v2", workspace);
        Assert.Equal(CUBLAS_STATUS_EXECUTION_FAILED, session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1));
    }

    [Fact]
    public void SetWorkspace_MisalignedOrOutside_InvalidValue()
    {
        using BlasSession session = new();
        nint workspace = DriverSession.Allocate(4096);
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.SetWorkspace(workspace + 16, 1024));
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.SetWorkspace(workspace, 4097));
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.SetWorkspace(0, 4));
    }

    [Fact]
    public void Handle_Destroyed_NotInitialized()
    {
        using BlasSession session = new();
        delegate* unmanaged<nint, cublasStatus_t> destroy = &CublasExports.cublasDestroy_v2;
        Assert.Equal(CUBLAS_STATUS_SUCCESS, destroy(session.Handle));
        Assert.Equal(CUBLAS_STATUS_NOT_INITIALIZED, destroy(session.Handle));
        Assert.Equal(CUBLAS_STATUS_NOT_INITIALIZED, session.SetWorkspace(0, 0));
    }

    [Fact]
    public void Create_NoContext_NotInitialized()
    {
        using DriverSession session = new(hasContext: false);
        nint handle;
        Assert.Equal(CUBLAS_STATUS_NOT_INITIALIZED, ((delegate* unmanaged<nint*, cublasStatus_t>)&CublasExports.cublasCreate_v2)(&handle));
    }

    [Fact]
    public void SetStream_NoStream_InvalidValue()
    {
        using BlasSession session = new();
        Assert.Equal(CUBLAS_STATUS_INVALID_VALUE, session.SetStream(0x12345));
    }

    private static cublasStatus_t CaptureOne(BlasSession session, nint stream)
    {
        nint memory = DriverSession.Upload<float>(new float[3]);
        Cuda.Call("cuStreamBeginCapture_v2", stream, 0);
        return session.TryMultiply(false, false, 1, 1, 1, memory, 1, memory + 4, 1, memory + 8, 1);
    }
}
