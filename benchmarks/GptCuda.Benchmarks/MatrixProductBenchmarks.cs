using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Benchmarks;

/// <summary>The first MLP matrix of the 124M model, 768 to 3072, times one row, a batch's rows and a prompt's, one thread.</summary>
public unsafe class MatrixProductBenchmarks
{
    private const int Inputs = 768;
    private const int Outputs = 3072;

    private Action _run = null!;
    private IDisposable[] _memory = [];

    /// <summary>How the weights are held.</summary>
    [Params(ElementType.F32, ElementType.BF16, ElementType.Int8)]
    public ElementType Type { get; set; }

    /// <summary>Rows of activations.</summary>
    [Params(1, 16, 512)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup() => _run = VectorWidths.Widest switch
    {
        VectorWidth.Bits512 => Prepare<Lanes512, Vector512<float>>(),
        VectorWidth.Bits256 => Prepare<Lanes256, Vector256<float>>(),
        VectorWidth.Bits128 => Prepare<Lanes128, Vector128<float>>(),
        _ => Prepare<LanesScalar, float>(),
    };

    [Benchmark]
    public void Multiply() => _run();

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (IDisposable memory in _memory)
            memory.Dispose();
    }

    private Action Prepare<TLanes, TVector>()
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var panels = new NativeBuffer<byte>(PackedMatrix.PanelBytes(Type, Inputs, Outputs), hugePages: true);
        var vectors = new NativeBuffer<float>(2 * Outputs);
        var activations = new NativeBuffer<float>(RowPacking<TLanes, TVector>.Length(Rows, Inputs));
        var destination = new NativeBuffer<float>((long)Rows * Outputs);
        var scratch = new WorkerScratch(1, MatrixProduct<TLanes, TVector>.ScratchLength(Inputs));
        new Span<byte>(panels.Pointer, (int)panels.Length).Clear();
        new Span<float>(vectors.Pointer, (int)vectors.Length).Fill(1);
        new Span<float>(activations.Pointer, (int)activations.Length).Fill(1);
        var pool = new WorkerPool(1);
        _memory = [pool, panels, vectors, activations, destination, scratch];

        var matrix = new PackedMatrix(
            Type, Inputs, Outputs, (nint)panels.Pointer, (nint)vectors.Pointer, (nint)(vectors.Pointer + Outputs));
        var product = new MatrixProduct<TLanes, TVector>(pool, scratch);
        return () => product.Run(activations.Pointer, Rows, matrix, Finish.Store, destination.Pointer, Outputs);
    }
}
