namespace GptCuda.VirtualGpu.Blas;

/// <summary>C = alpha op(A) op(B) + beta C, for one or several triples of matrices.</summary>
/// <param name="M">Rows of op(A) and C.</param>
/// <param name="N">Columns of op(B) and C.</param>
/// <param name="K">Columns of op(A), rows of op(B).</param>
/// <param name="TransposesA">Whether op(A) is A's transpose.</param>
/// <param name="TransposesB">Whether op(B) is B's transpose.</param>
/// <param name="A">The left operand.</param>
/// <param name="B">The right operand.</param>
/// <param name="C">The result.</param>
/// <param name="Alpha">Factor on the product.</param>
/// <param name="Beta">Factor on what C held; with 0, C is not read.</param>
/// <param name="Batch">How many triples.</param>
/// <param name="Rounding">What elements of A and B are rounded to on the way in.</param>
/// <param name="ReducesInOutputType">Whether parts of a split sum may be rounded to C's type before they are added.</param>
internal sealed record GemmProblem(
    int M, int N, int K, bool TransposesA, bool TransposesB, GemmMatrix A, GemmMatrix B, GemmMatrix C,
    GemmScalar Alpha, GemmScalar Beta, int Batch, InputRounding Rounding, bool ReducesInOutputType)
{
    /// <summary>As a kernel would be called: gemm_16bf_32f_tn.</summary>
    public string KernelName { get; } =
        $"gemm_{Short(A.Type)}_{Short(C.Type)}_{(TransposesA ? 't' : 'n')}{(TransposesB ? 't' : 'n')}";

    /// <summary>The shapes, for messages.</summary>
    public override string ToString() => $"{KernelName} with m {M}, n {N}, k {K}{(Batch > 1 ? $", {Batch} times" : "")}";

    private static string Short(cudaDataType type) => type switch
    {
        cudaDataType.CUDA_R_16F => "16f",
        cudaDataType.CUDA_R_16BF => "16bf",
        _ => "32f",
    };
}
