using GptCuda.Engine.Backends;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Tests.OnDevice;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>What a decode step asks of the driver and of the heap.</summary>
[Collection(TestDevice.Collection)]
public sealed class CudaStepTests(TestDevice device)
{
    private static readonly GptConfiguration Shape = RandomWeights.Shape();
    private static readonly SamplingOptions Sampled = new() { TopK = 10, RepetitionPenalty = 1.2f };

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public void Decode_SteadySteps_LaunchCopyIdsAndWaitForTheStepBefore(int sequences)
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = NewBackend(weights, sequences);
        DecodeRow[] rows = Begin(backend, sequences);
        // The first step sends the state and sets out twice: itself and the next one.
        Step(backend, rows);
        nint? waited = null;
        for (int step = 0; step < 4; step++)
        {
            DriverCalls.Clear();

            Step(backend, rows);

            Assert.Equal(
                ["cuGraphLaunch", "cuMemcpyDtoHAsync", "cuEventRecord", "cuEventSynchronize"], DriverCalls.Calls.Select(call => call.Name));
            nint recorded = DriverCalls.Calls[2].Event, awaited = DriverCalls.Calls[3].Event;
            Assert.NotEqual(recorded, awaited);
            Assert.True(waited is null || recorded == waited, "the event that is recorded is the one waited for a step ago");
            waited = awaited;
        }
    }

    [SkippableFact]
    public void Decode_SteadySteps_AllocateNothing()
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = NewBackend(weights, slots: 3);
        DecodeRow[] rows = Begin(backend, 3);
        int[] sampled = new int[3];
        long least = long.MaxValue;
        for (int step = 0; step < 12; step++)
        {
            DriverCalls.Clear();
            long before = GC.GetAllocatedBytesForCurrentThread();

            backend.Decode(rows, sampled);

            // What the GPU in software takes on this thread is not the backend's.
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before - DriverCalls.AllocatedInside);
            Advance(rows, sampled);
        }
        // The least of many: the runtime itself may allocate in any one of them, when it compiles a method again.
        Assert.Equal(0, least);
    }

    [SkippableFact]
    public void Decode_SequenceEndsByTheDevicesRules_TheOthersGoOnWithoutANewStart()
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = NewBackend(weights, slots: 4);
        DecodeRow[] rows = Begin(backend, 4);
        // The first sequence's last position comes after three steps.
        rows[0] = rows[0] with { LastPosition = rows[0].Position + 3 };
        for (int step = 0; step < 3; step++)
            Step(backend, rows);
        rows = rows[1..];
        DriverCalls.Clear();

        Step(backend, rows);

        Assert.Equal(
            ["cuGraphLaunch", "cuMemcpyDtoHAsync", "cuEventRecord", "cuEventSynchronize"], DriverCalls.Calls.Select(call => call.Name));
    }

    [SkippableFact]
    public void Decode_LastStepOfAllSequences_NothingSetsOutAfterIt()
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = NewBackend(weights, slots: 2);
        DecodeRow[] rows = Begin(backend, 2);
        for (int i = 0; i < 2; i++)
            rows[i] = rows[i] with { LastPosition = rows[i].Position + 2 };
        Step(backend, rows);
        DriverCalls.Clear();

        Step(backend, rows);

        Assert.Equal(["cuEventSynchronize"], DriverCalls.Calls.Select(call => call.Name));
    }

    [SkippableFact]
    public void Dispose_StepUnderWay_WaitsBeforePinnedMemoryIsFreed()
    {
        using var weights = new RandomWeights(Shape);
        CudaBackend backend = NewBackend(weights, slots: 1);
        Step(backend, Begin(backend, 1));
        DriverCalls.Clear();

        backend.Dispose();

        string[] calls = [.. DriverCalls.Calls.Select(call => call.Name)];
        Assert.Equal("cuStreamSynchronize", calls[0]);
        Assert.Contains("cuMemFreeHost", calls);
    }

    private CudaBackend NewBackend(IWeightSource weights, int slots) => CudaBackend.Create(
        weights, DriverCalls.Around(device.Libraries),
        new CudaOptions { WeightType = ElementType.F32, SlotCount = slots, ImageCache = device.ImageCache });

    private static DecodeRow[] Begin(CudaBackend backend, int sequences)
    {
        var rows = new DecodeRow[sequences];
        for (int i = 0; i < sequences; i++)
        {
            backend.LastLogits(RandomWeights.Tokens(5 + i, Shape.VocabularySize, seed: i), slot: i);
            rows[i] = new DecodeRow(i, Token: 7, Position: 5 + i, new SequenceSampling(Sampled, seed: 4, sequence: (uint)i));
        }
        return rows;
    }

    private static void Step(CudaBackend backend, DecodeRow[] rows)
    {
        int[] sampled = new int[rows.Length];
        backend.Decode(rows, sampled);
        Advance(rows, sampled);
    }

    private static void Advance(DecodeRow[] rows, int[] sampled)
    {
        for (int i = 0; i < rows.Length; i++)
            rows[i] = rows[i] with { Token = sampled[i], Position = rows[i].Position + 1 };
    }
}
