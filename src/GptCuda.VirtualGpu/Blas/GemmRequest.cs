using static GptCuda.VirtualGpu.Blas.cublasStatus_t;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>The arguments of a product as they came in.</summary>
/// <param name="OperationA">How A is read.</param>
/// <param name="OperationB">How B is read.</param>
/// <param name="M">Rows of the product.</param>
/// <param name="N">Columns of the product.</param>
/// <param name="K">Length of each sum.</param>
/// <param name="A">A's address, type, distance of columns, distance of matrices.</param>
/// <param name="B">B's.</param>
/// <param name="C">C's.</param>
/// <param name="Batch">How many products.</param>
/// <param name="ComputeType">What is computed in.</param>
/// <param name="Algorithm">Which algorithm, in cuBLAS's numbers.</param>
internal readonly record struct GemmRequest(
    cublasOperation_t OperationA, cublasOperation_t OperationB, int M, int N, int K,
    GemmRequest.Operand A, GemmRequest.Operand B, GemmRequest.Operand C, int Batch, cublasComputeType_t ComputeType, int Algorithm)
{
    private const int Default = -1, LastAlgorithm = 23, DefaultTensor = 99, LastTensorAlgorithm = 115, Autotune = 999;

    /// <summary>An operand as it came in.</summary>
    internal readonly record struct Operand(ulong Address, cudaDataType Type, int Leading, long Stride);

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => M == 0 || N == 0 || Batch == 0;

    /// <summary>Checks the arguments, as far as they can be before the product runs.</summary>
    /// <param name="alpha">Factor on the product.</param>
    /// <param name="beta">Factor on C.</param>
    /// <param name="handle">The handle's settings.</param>
    /// <param name="capability">The device's: 10 x major + minor.</param>
    /// <exception cref="BlasException">They cannot be; the message says which.</exception>
    public GemmProblem Check(GemmScalar alpha, GemmScalar beta, BlasHandle handle, int capability)
    {
        Require(
            OperationA <= cublasOperation_t.CUBLAS_OP_C && OperationB <= cublasOperation_t.CUBLAS_OP_C,
            $"operations {OperationA}, {OperationB}.");
        Require(M >= 0 && N >= 0 && K >= 0, $"m {M}, n {N}, k {K}: none may be negative.");
        Require(Batch >= 0, $"{Batch} products.");
        Require(
            Algorithm is (>= Default and <= LastAlgorithm) or (>= DefaultTensor and <= LastTensorAlgorithm) or Autotune,
            $"algorithm {Algorithm}.");
        // For real numbers the conjugate transpose is the transpose.
        bool transposesA = OperationA != cublasOperation_t.CUBLAS_OP_N, transposesB = OperationB != cublasOperation_t.CUBLAS_OP_N;
        RequireTypes(capability);
        GemmMatrix a = Matrix("A", A, transposesA ? K : M, transposesA ? M : K);
        GemmMatrix b = Matrix("B", B, transposesB ? N : K, transposesB ? K : N);
        GemmMatrix c = Matrix("C", C, M, N);
        if (!IsEmpty)
        {
            Require(K == 0 || (A.Address != 0 && B.Address != 0), "A or B is null.");
            Require(C.Address != 0, "C is null.");
        }
        return new GemmProblem(
            M, N, K, transposesA, transposesB, a, b, c, alpha, beta, Batch, Rounding(handle),
            C.Type != cudaDataType.CUDA_R_32F && ComputeType != cublasComputeType_t.CUBLAS_COMPUTE_32F_PEDANTIC
                && !handle.MathMode.HasFlag(cublasMath_t.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION));
    }

    private static GemmMatrix Matrix(string name, Operand operand, int rows, int columns)
    {
        Require(operand.Leading >= Math.Max(1, rows), $"{name} has {rows} rows, and its columns are {operand.Leading} elements apart.");
        return new GemmMatrix(name, operand.Address, operand.Type, rows, columns, operand.Leading, operand.Stride);
    }

    private InputRounding Rounding(BlasHandle handle)
    {
        const cublasMath_t ModeBits = (cublasMath_t)0xf;
        bool isSingle = A.Type == cudaDataType.CUDA_R_32F;
        return ComputeType switch
        {
            cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_TF32 when isSingle => InputRounding.TF32,
            cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_16F when isSingle => InputRounding.F16,
            cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_16BF when isSingle => InputRounding.BF16,
            cublasComputeType_t.CUBLAS_COMPUTE_32F when isSingle
                && (handle.MathMode & ModeBits) == cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH => InputRounding.TF32,
            _ => InputRounding.None,
        };
    }

    private void RequireTypes(int capability)
    {
        if (!Enum.IsDefined(ComputeType))
            throw new BlasException(
                CUBLAS_STATUS_NOT_SUPPORTED, $"compute type {(uint)ComputeType}: CUBLAS_COMPUTE_32F and its variants are played.");
        bool known = Enum.IsDefined(A.Type) && A.Type == B.Type && (C.Type == A.Type || C.Type == cudaDataType.CUDA_R_32F);
        if (!known)
            throw new BlasException(
                CUBLAS_STATUS_NOT_SUPPORTED,
                $"types {A.Type}, {B.Type}, {C.Type} with {ComputeType}: A and B of one type, C of that or 32F.");
        const int FirstWithBF16 = 80;
        if (A.Type == cudaDataType.CUDA_R_16BF && capability < FirstWithBF16)
            throw new BlasException(CUBLAS_STATUS_NOT_SUPPORTED, $"bf16 on sm_{capability}; it begins with sm_{FirstWithBF16}.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new BlasException(CUBLAS_STATUS_INVALID_VALUE, otherwise);
    }
}
