using GptCuda.Engine.Backends;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.Kernels.Tests.Suite;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Driver;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>
/// A prompt and steps of a backend where warps and blocks run in other orders, and where nothing is done before something waits for it:
/// no check of the GPU in software finds anything, and what the kernels here give are the same bits. Those of cuBLAS are not: it may add
/// in any order, and in software does so by the seed.
/// </summary>
[Collection(TestDevice.Collection)]
public sealed class CudaOrderTests(TestDevice device)
{
    [SkippableTheory]
    [InlineData(ElementType.BF16, 2)]
    [InlineData(ElementType.Int8, 1)]
    public void Backend_SomeOrders_GivesTheSameBits(ElementType type, int seeds) => CheckOrders(type, seeds);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.Int8)]
    public void Backend_TwentyOrdersUnderBothSchedules_GivesTheSameBits(ElementType type) => CheckOrders(type, seeds: 20);

    private void CheckOrders(ElementType type, int seeds)
    {
        using var weights = new RandomWeights(RandomWeights.Shape());
        (float[] OfMany, float[] OfFew, int[] Tokens) expected = default;
        for (int run = 0; run < 2 * seeds; run++)
        {
            int seed = 1 + (run / 2);
            Schedule schedule = run % 2 == 0 ? Schedule.Eager : Schedule.Lazy;
            using var machine = new SoftwareMachine(device, options => options with
            {
                Schedule = schedule,
                Checks = CheckLevel.All,
                Execution = options.Execution with { Seed = (ulong)seed },
            });

            (float[] OfMany, float[] OfFew, int[] Tokens) actual = Run(weights, type);

            if (run == 0)
                expected = actual;
            Assert.InRange(GoldenCase.Difference<float>(actual.OfMany, expected.OfMany), 0, 2e-2);
            Assert.Equal(expected.OfFew, actual.OfFew);
            Assert.Equal(expected.Tokens, actual.Tokens);
        }
    }

    private (float[] OfMany, float[] OfFew, int[] Tokens) Run(RandomWeights weights, ElementType type)
    {
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = 3 });
        int vocabulary = weights.Configuration.VocabularySize;
        float[] ofMany = backend.AllLogits(RandomWeights.Tokens(20, vocabulary, seed: 1), slot: 1);
        float[] ofFew = backend.AllLogits(RandomWeights.Tokens(8, vocabulary, seed: 3));
        backend.CopySlot(0, 1, 7);
        backend.LastLogits(RandomWeights.Tokens(5, vocabulary, seed: 2), slot: 2);
        SamplingOptions sampling = new() { Temperature = 1, TopK = 30, TopP = 0.9f, RepetitionPenalty = 1.2f };
        DecodeRow[] rows =
        [
            .. new[] { 8, 7, 5 }.Select(
                (position, slot) => new DecodeRow(slot, Token: 9, position, new SequenceSampling(sampling, seed: 8, (uint)slot))),
        ];
        List<int> tokens = [];
        for (int step = 0; step < 4; step++)
        {
            int[] sampled = new int[rows.Length];
            backend.Decode(rows, sampled);
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i].Sampling.Observe(sampled[i]);
                rows[i] = rows[i] with { Token = sampled[i], Position = rows[i].Position + 1 };
            }
            tokens.AddRange(sampled);
        }
        return (ofMany, ofFew, [.. tokens]);
    }
}
