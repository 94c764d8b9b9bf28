using System.Runtime.Intrinsics;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>Matrix products against the definition: each output is one chain of fused multiply-adds over k, in order.</summary>
[Trait("Category", "Vector")]
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<ElementType, int, int> Sizes
    {
        get
        {
            var data = new TheoryData<ElementType, int, int>();
            foreach (ElementType type in Enum.GetValues<ElementType>())
            {
                data.Add(type, 1, 1);
                data.Add(type, 31, 63);
                data.Add(type, 64, 64);
                data.Add(type, 65, 65);
                data.Add(type, 129, 130);
                data.Add(type, 300, 33);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_AnyRowsAndWidth_EqualsChainOfFusedMultiplyAdds(ElementType type, int inputs, int outputs)
    {
        foreach (int rows in (ReadOnlySpan<int>)[1, 2, 3, 5, 7, 13, 16, 18, 19, 40])
        {
            Check<LanesScalar, float>(type, rows, inputs, outputs);
            Check<Lanes128, Vector128<float>>(type, rows, inputs, outputs);
            Check<Lanes256, Vector256<float>>(type, rows, inputs, outputs);
            Check<Lanes512, Vector512<float>>(type, rows, inputs, outputs);
        }
    }

    [Fact]
    public void Run_MoreRowsThanABlock_EqualsChainOfFusedMultiplyAdds() =>
        Check<Lanes256, Vector256<float>>(ElementType.F32, rows: 580, inputs: 20, outputs: 70);

    /// <summary>One row: panels are shared by sixes or threes, and what is left of them in any number.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_OneRowOfAnyNumberOfPanels_EqualsChainOfFusedMultiplyAdds(int threads)
    {
        for (int panels = 1; panels <= 19; panels++)
        {
            Check<Lanes128, Vector128<float>>(ElementType.BF16, rows: 1, inputs: 5, 32 * panels, threads);
            Check<Lanes256, Vector256<float>>(ElementType.BF16, rows: 1, inputs: 5, 32 * panels, threads);
            Check<Lanes512, Vector512<float>>(ElementType.BF16, rows: 1, inputs: 5, 32 * panels, threads);
        }
    }

    private static void Check<TLanes, TVector>(ElementType type, int rows, int inputs, int outputs, int threads = 2)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        using var weights = new RandomWeights(
            RandomWeights.Shape(width: inputs, heads: 1, inner: outputs, vocabulary: 1, context: 1, layers: 1));
        using var rounded = new RoundedWeights(weights, type == ElementType.Int8 ? ElementType.F32 : type);
        using CpuWeights packed = CpuWeights.Load(weights, type, new WorkerPool(1));
        PackedMatrix matrix = packed.Layers[0].MlpExpansion;
        var values = new float[inputs * outputs];
        rounded.Read("h.0.mlp.c_fc.weight", 0, values);
        float[] bias = weights["h.0.mlp.c_fc.bias"];
        var random = new Random(rows);
        float[] x = [.. Enumerable.Range(0, rows * inputs).Select(_ => (float)random.NextDouble() - 0.5f)];

        float[] actual = Multiply<TLanes, TVector>(x, rows, matrix, threads);

        for (int row = 0; row < rows; row++)
        {
            for (int o = 0; o < outputs; o++)
            {
                float scale = ((float*)matrix.Scales)[o], sum = 0;
                for (int k = 0; k < inputs; k++)
                {
                    float weight = values[(k * outputs) + o];
                    if (type == ElementType.Int8)
                        weight = MathF.Round(weight / scale, MidpointRounding.ToEven);
                    sum = MathF.FusedMultiplyAdd(x[(row * inputs) + k], weight, sum);
                }

                float expected = MathF.FusedMultiplyAdd(sum, scale, bias[o]);
                Assert.True(
                    expected == actual[(row * outputs) + o],
                    $"{TLanes.Name} row {row} of {rows}, output {o}: {actual[(row * outputs) + o]}, not {expected}");
            }
        }
    }

    private static float[] Multiply<TLanes, TVector>(float[] x, int rows, PackedMatrix matrix, int threads)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int inputs = matrix.Inputs;
        using var pool = new WorkerPool(threads);
        using var scratch = new WorkerScratch(threads, MatrixProduct<TLanes, TVector>.ScratchLength(inputs));
        using var packed = new NativeBuffer<float>(RowPacking<TLanes, TVector>.Length(rows, inputs));
        var product = new MatrixProduct<TLanes, TVector>(pool, scratch);
        var result = new float[rows * matrix.Outputs];
        fixed (float* source = x, destination = result)
        {
            for (int tile = 0; tile < RowPacking<TLanes, TVector>.TileCount(rows); tile++)
            {
                nint first = (nint)tile * RowPacking<TLanes, TVector>.Height(rows) * inputs;
                RowPacking<TLanes, TVector>.Pack(
                    source + first, inputs, RowPacking<TLanes, TVector>.RowsIn(tile, rows), inputs, packed.Pointer + first);
            }

            product.Run(packed.Pointer, rows, matrix, Finish.Store, destination, matrix.Outputs);
        }

        return result;
    }
}
