using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using GptCuda.Engine;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Benchmarks;

/// <summary>Attention of one head of 64 channels, one thread: the new token of a decode step, or a prompt of so many tokens.</summary>
public unsafe class AttentionBenchmarks
{
    private const int HeadSize = 64;

    private static readonly GptConfiguration Shape = new()
    {
        VocabularySize = 1,
        ContextLength = 1024,
        Width = HeadSize,
        HeadCount = 1,
        LayerCount = 1,
        InnerSize = HeadSize,
    };

    private Action _decode = null!;
    private Action _prompt = null!;
    private IDisposable[] _memory = [];

    /// <summary>Positions that there are.</summary>
    [Params(64, 512, 1024)]
    public int Positions { get; set; }

    [GlobalSetup]
    public void Setup() => (_decode, _prompt) = VectorWidths.Widest switch
    {
        VectorWidth.Bits512 => Prepare<Lanes512, Vector512<float>>(),
        VectorWidth.Bits256 => Prepare<Lanes256, Vector256<float>>(),
        VectorWidth.Bits128 => Prepare<Lanes128, Vector128<float>>(),
        _ => Prepare<LanesScalar, float>(),
    };

    [Benchmark]
    public void DecodeStep() => _decode();

    [Benchmark]
    public void Prompt() => _prompt();

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (IDisposable memory in _memory)
            memory.Dispose();
    }

    private (Action Decode, Action Prompt) Prepare<TLanes, TVector>()
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var cache = new KeyValueCache(Shape, slots: 1);
        var rows = new NativeBuffer<float>((long)Shape.ContextLength * HeadSize * 2);
        var scratch = new NativeBuffer<float>(Attention<TLanes, TVector>.ScratchLength(Shape.ContextLength, HeadSize));
        _memory = [cache, rows, scratch];
        float* queries = rows.Pointer, outputs = queries + (Shape.ContextLength * HeadSize);
        var random = new Random(1);
        for (int i = 0; i < rows.Length; i++)
            queries[i] = (float)random.NextDouble() - 0.5f;
        cache.Append(slot: 0, layer: 0, head: 0, position: 0, Positions, queries, queries, HeadSize);
        return (() => Run(Positions - 1, 1), RunPrompt);

        void Run(int position, int count) => Attention<TLanes, TVector>.Run(
            queries + (position * HeadSize), HeadSize, count, position, cache.Keys(0, 0, 0), cache.Values(0, 0, 0), cache, 0.125f,
            scratch.Pointer, outputs + (position * HeadSize), HeadSize);

        void RunPrompt()
        {
            for (int position = 0; position < Positions; position += TLanes.TileRows)
                Run(position, Math.Min(TLanes.TileRows, Positions - position));
        }
    }
}
