using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Blas;

namespace GptCuda.Kernels.Libraries;

/// <summary>Asks cuBLAS for its version, which needs no GPU.</summary>
internal static unsafe class CublasVersion
{
    /// <exception cref="MissingSymbolException">The library is not cuBLAS.</exception>
    public static Version Of(SymbolTable symbols)
    {
        var cublas = new LibCublas(symbols);
        int Part(libraryPropertyType part)
        {
            int value;
            cublasStatus_t status = cublas.cublasGetProperty(part, &value);
            return status == cublasStatus_t.CUBLAS_STATUS_SUCCESS
                ? value
                : throw new CublasException(
                    $"cublasGetProperty of {symbols.Library} failed ({(int)status}).", nameof(cublas.cublasGetProperty), (int)status);
        }
        return new Version(
            Part(libraryPropertyType.MAJOR_VERSION), Part(libraryPropertyType.MINOR_VERSION), Part(libraryPropertyType.PATCH_LEVEL));
    }
}
