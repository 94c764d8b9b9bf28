using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>A product as work of a stream: checks the matrices, multiplies, and spoils the workspace, as the real one may.</summary>
internal sealed class GemmOperation(GemmProblem problem, (ulong Address, long Bytes) workspace, CheckLevel checks, ulong seed) : IOperation
{
    /// <summary>Enough of the workspace to show that somebody else counts on what was in it.</summary>
    private const long SpoiledBytes = 64 * 1024;

    private readonly string _subject = $"cuBLAS {problem}";
    private readonly ReductionOrder _order = ReductionOrder.For(problem, seed);

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public string Name => problem.KernelName;

    /// <inheritdoc/>
    public void Execute(VirtualDriver driver, GraphNodeReference? node)
    {
        DeviceMemory memory = driver.Memory;
        bool isInitializedChecked = checks == CheckLevel.All;
        float alpha = problem.Alpha.Read(memory, _subject, isInitializedChecked),
            beta = problem.Beta.Read(memory, _subject, isInitializedChecked);
        // As BLAS has it: what a zero multiplies is not read.
        bool reads = alpha != 0 && problem.K > 0, accumulates = beta != 0;
        GemmChecks.Require(memory, _subject, problem, reads, accumulates, checks);
        if (workspace.Bytes > 0)
        {
            memory.Demand(workspace.Address, workspace.Bytes, $"{_subject}: its workspace");
            memory.Fill(workspace.Address, [0xff], Math.Min(workspace.Bytes, SpoiledBytes), _subject);
        }
        Gemm.Multiply(problem, reads ? alpha : 0, beta, _order, driver.HostThreads);
        for (int batch = 0; batch < problem.Batch; batch++)
            GemmChecks.MarkWritten(memory, problem.C, batch);
        driver.Report?.Multiplied(problem.KernelName, problem.M, problem.N, problem.K, problem.Batch, Bytes(accumulates), node);
    }

    private long Bytes(bool accumulates)
    {
        GemmMatrix a = problem.A, b = problem.B, c = problem.C;
        return problem.Batch * (a.ColumnBytes * a.Columns + b.ColumnBytes * b.Columns + c.ColumnBytes * c.Columns * (accumulates ? 2 : 1));
    }
}
