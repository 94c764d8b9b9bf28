using GptCuda.Engine.Backends;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>What goes wrong on the way to a GPU and on it: the message, and that nothing is left behind.</summary>
[Collection(TestDevice.Collection)]
public sealed class CudaFailureTests(TestDevice device)
{
    [SkippableFact]
    public void Create_MoreSlotsThanMemory_SaysTheNumbersAndAllocatesNothing()
    {
        using var weights = new SyntheticWeightSource("1558M");
        using CudaContext context = device.NewContext();
        long before = context.Memory().Free;
        List<string> notices = [];

        var e = Assert.Throws<InsufficientMemoryException>(() => device.NewBackend(
            weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 500, Notice = notices.Add }));

        // 1.558e9 weights of 4 bytes, and 48 x 11,200 biases once more, with shifts in them; 48 layers x 2 x 25 heads x 1024 positions x 64 channels x 4 bytes a slot.
        Assert.Contains("5,944 MiB of weights, 500 x 600 MiB of cache", e.Message, StringComparison.Ordinal);
        Assert.Contains("free", e.Message, StringComparison.Ordinal);
        Assert.Empty(notices);
        Assert.Equal(before, context.Memory().Free);
    }

    [Fact]
    public void Choose_BFloat16OnAGpuWithout_NamesF16()
    {
        CudaDevice turing = Device(new ComputeCapability(7, 5)), ampere = Device(new ComputeCapability(8, 0));

        var e = Assert.Throws<NotSupportedException>(() => MatrixTypes.Choose(ElementType.BF16, turing));

        Assert.Contains("7.5", e.Message, StringComparison.Ordinal);
        Assert.Contains("f16", e.Message, StringComparison.Ordinal);
        Assert.Equal(ElementType.F16, MatrixTypes.Choose(null, turing));
        Assert.Equal(ElementType.BF16, MatrixTypes.Choose(null, ampere));
        Assert.Equal(ElementType.Int8, MatrixTypes.Choose(ElementType.Int8, turing));
    }

    [SkippableFact]
    public void Create_WeightsBeyondF16_NamesTheTensor()
    {
        using var weights = new RandomWeights(RandomWeights.Shape());
        weights[WeightCatalog.Block(1, "mlp.c_fc.weight")][100] = 70000;

        var e = Assert.Throws<InvalidDataException>(
            () => device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F16, SlotCount = 1 }));

        Assert.Contains("h.1.mlp.c_fc.weight", e.Message, StringComparison.Ordinal);
        Assert.Contains("use bf16 or f32", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Decode_ContextLostInTheMiddle_SaysSoAndFreesEverything()
    {
        Skip.If(TestDevice.IsHardware, "A lost context would take the other tests of this process with it.");
        string folder = Directory.CreateTempSubdirectory("gptcuda-faulty").FullName;
        bool tracked = LeakRegistry.Enabled;
        LeakRegistry.Enabled = true;
        int held = LeakRegistry.Held.Count;
        try
        {
            string kernel = File.ReadAllText(Path.Combine(Repository.Root, "kernels", "copy_slot.cu")).Replace(
                "const cached* from =", "if (length == 7) asm volatile(\"trap;\");\n  const cached* from =", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "copy_slot.cu"), kernel);
            using var weights = new RandomWeights(RandomWeights.Shape());
            using (CudaBackend backend = device.NewBackend(
                weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 2, Sources = KernelSources.FromDirectory(folder).Before(KernelSources.Embedded) }))
            {
                backend.LastLogits(RandomWeights.Tokens(8, 131, seed: 1));
                backend.CopySlot(0, 1, 7);
                var row = new DecodeRow(1, 3, 7, new SequenceSampling(SamplingOptions.Untouched, seed: 1, sequence: 0));

                var e = Assert.Throws<CudaException>(() => backend.Decode([row], new int[1]));
                var again = Assert.Throws<CudaException>(() => backend.Decode([row], new int[1]));

                Assert.True(e.ContextLost);
                Assert.Contains("The CUDA context is lost", e.Message, StringComparison.Ordinal);
                Assert.Contains("copy_slot_f32", e.Message, StringComparison.Ordinal);
                Assert.Contains("was lost by an earlier failure", again.Message, StringComparison.Ordinal);
            }
            Assert.Equal(held, LeakRegistry.Held.Count);
        }
        finally
        {
            LeakRegistry.Enabled = tracked;
            Directory.Delete(folder, recursive: true);
        }
    }

    [SkippableFact]
    public void Create_FailsOnItsWay_FreesEverything()
    {
        bool tracked = LeakRegistry.Enabled;
        LeakRegistry.Enabled = true;
        int held = LeakRegistry.Held.Count;
        try
        {
            using var weights = new RandomWeights(RandomWeights.Shape());
            weights[WeightCatalog.Block(1, "mlp.c_proj.weight")][0] = 1e6f;

            Assert.Throws<InvalidDataException>(
                () => device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F16, SlotCount = 1 }));

            Assert.Equal(held, LeakRegistry.Held.Count);
        }
        finally
        {
            LeakRegistry.Enabled = tracked;
        }
    }

    private static CudaDevice Device(ComputeCapability capability) => new()
    {
        Ordinal = 0,
        Name = "a GPU",
        ComputeCapability = capability,
        MemoryBytes = 1,
        MultiprocessorCount = 1,
        L2Bytes = 1,
        BytesPerSecond = null,
        MaxThreadsPerMultiprocessor = 1,
        SharedBytesPerMultiprocessor = 1,
        SharedBytesPerBlock = 1,
        SharedBytesPerBlockOptIn = 1,
        MaxThreadsPerBlock = 1,
        MaxBlock = new Dim3(1),
        MaxGrid = new Dim3(1),
        SupportsCooperativeLaunch = true,
    };
}
