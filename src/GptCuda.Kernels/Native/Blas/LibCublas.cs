using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Native.Blas;

/// <summary>The functions of cuBLAS that are used. All are in cuBLAS 12 and 13.</summary>
internal sealed unsafe class LibCublas
{
    // Versions and errors
    internal readonly delegate* unmanaged<libraryPropertyType, int*, cublasStatus_t> cublasGetProperty;
    internal readonly delegate* unmanaged<cublasStatus_t, byte*> cublasGetStatusName;
    internal readonly delegate* unmanaged<cublasStatus_t, byte*> cublasGetStatusString;

    // Handle
    internal readonly delegate* unmanaged<cublasHandle_t*, cublasStatus_t> cublasCreate_v2;
    internal readonly delegate* unmanaged<cublasHandle_t, CUstream, cublasStatus_t> cublasSetStream_v2;
    internal readonly delegate* unmanaged<cublasHandle_t, void*, nuint, cublasStatus_t> cublasSetWorkspace_v2;
    internal readonly delegate* unmanaged<cublasHandle_t, cublasPointerMode_t, cublasStatus_t> cublasSetPointerMode_v2;
    internal readonly delegate* unmanaged<cublasHandle_t, cublasMath_t, cublasStatus_t> cublasSetMathMode;
    internal readonly delegate* unmanaged<cublasHandle_t, cublasStatus_t> cublasDestroy_v2;

    // Products
    internal readonly delegate* unmanaged<
        cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, void*,
        void*, cudaDataType, int, void*, cudaDataType, int, void*, void*, cudaDataType, int,
        cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t> cublasGemmEx;

    internal LibCublas(SymbolTable symbols)
    {
        Symbols = symbols;
        cublasGetProperty = (delegate* unmanaged<libraryPropertyType, int*, cublasStatus_t>)symbols.Require(nameof(cublasGetProperty));
        cublasGetStatusName = (delegate* unmanaged<cublasStatus_t, byte*>)symbols.Require(nameof(cublasGetStatusName));
        cublasGetStatusString = (delegate* unmanaged<cublasStatus_t, byte*>)symbols.Require(nameof(cublasGetStatusString));
        cublasCreate_v2 = (delegate* unmanaged<cublasHandle_t*, cublasStatus_t>)symbols.Require(nameof(cublasCreate_v2));
        cublasSetStream_v2 = (delegate* unmanaged<cublasHandle_t, CUstream, cublasStatus_t>)symbols.Require(nameof(cublasSetStream_v2));
        cublasSetWorkspace_v2 =
            (delegate* unmanaged<cublasHandle_t, void*, nuint, cublasStatus_t>)symbols.Require(nameof(cublasSetWorkspace_v2));
        cublasSetPointerMode_v2 =
            (delegate* unmanaged<cublasHandle_t, cublasPointerMode_t, cublasStatus_t>)symbols.Require(nameof(cublasSetPointerMode_v2));
        cublasSetMathMode = (delegate* unmanaged<cublasHandle_t, cublasMath_t, cublasStatus_t>)symbols.Require(nameof(cublasSetMathMode));
        cublasDestroy_v2 = (delegate* unmanaged<cublasHandle_t, cublasStatus_t>)symbols.Require(nameof(cublasDestroy_v2));
        cublasGemmEx =
            (delegate* unmanaged<
                cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, void*,
                void*, cudaDataType, int, void*, cudaDataType, int, void*, void*, cudaDataType, int,
                cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)symbols.Require(nameof(cublasGemmEx));
    }

    /// <summary>Where the functions come from.</summary>
    internal SymbolTable Symbols { get; }
}
