using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Blas;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>A cuBLAS that notes its calls and multiplies nothing.</summary>
internal static unsafe class FakeCublas
{
    private static readonly nint Words = Marshal.StringToCoTaskMemUTF8("CUBLAS_WORDS");

    public static List<string> Calls { get; } = [];

    public static cublasStatus_t Status { get; set; }

    public static SymbolTable Symbols()
    {
        Calls.Clear();
        Status = cublasStatus_t.CUBLAS_STATUS_SUCCESS;
        var functions = typeof(LibCublas).GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Where(field => field.FieldType.IsFunctionPointer)
            .ToDictionary(
                field => field.Name,
                field => typeof(FakeCublas).GetMethod(field.Name, BindingFlags.Static | BindingFlags.NonPublic)!.MethodHandle.GetFunctionPointer());
        return SymbolTable.FromFunctions("fake cuBLAS", functions);
    }

    private static cublasStatus_t Note(string text, [CallerMemberName] string function = "")
    {
        Calls.Add($"{function}({text})");
        return Status;
    }

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value) => Note("");

    [UnmanagedCallersOnly]
    private static nint cublasGetStatusName(cublasStatus_t status) => Words;

    [UnmanagedCallersOnly]
    private static nint cublasGetStatusString(cublasStatus_t status) => Words;

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasCreate_v2(nint* handle)
    {
        *handle = 77;
        return Note("");
    }

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasSetStream_v2(nint handle, nint stream) => Note("");

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasSetWorkspace_v2(nint handle, void* workspace, nuint bytes) => Note($"{bytes}");

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasSetPointerMode_v2(nint handle, cublasPointerMode_t mode) => Note($"{mode}");

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasSetMathMode(nint handle, cublasMath_t mode) => Note($"{(int)mode}");

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasDestroy_v2(nint handle) => Note("");

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasGemmEx(
        nint handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k, float* alpha,
        void* a, cudaDataType typeA, int lda, void* b, cudaDataType typeB, int ldb, float* beta, void* c, cudaDataType typeC, int ldc,
        cublasComputeType_t compute, cublasGemmAlgo_t algorithm) =>
        Note($"{opA} {opB} {m} {n} {k} {*alpha} {typeA} {lda} {typeB} {ldb} {*beta} {typeC} {ldc} {compute} {algorithm}");
}
