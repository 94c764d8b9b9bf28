using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.OnDevice;

[Collection(TestDevice.Collection)]
public sealed class DeviceKernelTests(TestDevice device)
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1025)]
    public void Launch_Elementwise_IsTheFormula(int count)
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        KernelModule[] modules = device.NewCompiler(context).Load(
            new KernelVariant("elementwise.cu"), new KernelVariant("elementwise.cu", ("ADDEND", "0.25f"), ("THREADS", "64")));
        using KernelModule plain = modules[0], variant = modules[1];
        using DeviceBuffer<float> source = new(context, count), destination = new(context, count);
        float[] values = [.. Enumerable.Range(0, count).Select(i => i * 0.37f)], result = new float[count];
        stream.Upload<float>(values, source.Span);

        new ScaleAdd(plain, 128).Launch(stream, source.Span, destination.Span, 1.1f);
        stream.Download(destination.Span, result);
        Assert.Equal(values.Select(value => float.FusedMultiplyAdd(value, 1.1f, 0)), result);

        new ScaleAdd(variant, 64).Launch(stream, source.Span, destination.Span, 1.1f);
        stream.Download(destination.Span, result);
        Assert.Equal(values.Select(value => float.FusedMultiplyAdd(value, 1.1f, 0.25f)), result);
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(12_000)]
    [InlineData(15_000)]
    public void Launch_DynamicSharedMemory_UpToTheOptIn(int count)
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("reverse.cu"))[0];
        Kernel kernel = module.GetKernel("reverse");
        using var numbers = new DeviceBuffer<int>(context, count);
        using var mark = new DeviceBuffer<int>(context, 1);
        int[] result = new int[count], first = new int[1];
        stream.Upload<int>(Enumerable.Range(0, count).ToArray(), numbers.Span);
        void Launch()
        {
            var arguments = new KernelArguments();
            arguments.Add(numbers.Span);
            arguments.Add(count);
            arguments.Add(mark.Span);
            kernel.Launch(stream, new LaunchShape(1, 128, 4 * count), ref arguments);
        }

        if (4 * count + 64 > context.Device.SharedBytesPerBlock)
        {
            Assert.Throws<ArgumentException>(Launch);
            kernel.AllowSharedBytes(4 * count);
        }
        Launch();
        stream.Download(numbers.Span, result);
        stream.Download(mark.Span, first);

        Assert.Equal(Enumerable.Range(0, count).Reverse(), result);
        Assert.Equal(15, first[0]);
    }

    [SkippableFact]
    public void Resources_OfAKernel_AreReadBack()
    {
        using CudaContext context = device.NewContext();
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("reverse.cu"))[0];

        Kernel kernel = module.GetKernel("reverse");

        Assert.Equal(64, kernel.Resources.SharedBytes);
        Assert.Equal(0, kernel.Resources.LocalBytes);
        Assert.Equal(128, kernel.Resources.MaxThreadsPerBlock);
        Assert.InRange(kernel.BlocksPerMultiprocessor(128, 0), 1, 32);
        var exception = Assert.Throws<CudaException>(() => module.GetKernel("absent"));
        Assert.Contains("kernel absent in reverse.cu", exception.Message);
    }

    [SkippableFact]
    public void Load_SecondCompiler_FindsTheImageInTheCache()
    {
        using CudaContext context = device.NewContext();
        var variant = new KernelVariant("elementwise.cu", ("ADDEND", "3.0f"));
        KernelCompiler first = device.NewCompiler(context), second = device.NewCompiler(context);

        first.Load(variant)[0].Dispose();
        second.Load(variant)[0].Dispose();

        Assert.Equal((1, 0), (first.CompiledCount, second.CompiledCount));
    }

    [SkippableFact]
    public void Load_SourceThatDoesNotCompile_SaysTheLine()
    {
        using CudaContext context = device.NewContext();

        var exception = Assert.Throws<NvrtcException>(
            () => device.NewCompiler(context).Load(new KernelVariant("elementwise.cu", ("ADDEND", "nonsense"))));

        Assert.Contains("nonsense", exception.Log);
        Assert.Contains("destination[i] = __fmaf_rn(source[i], factor, ADDEND);", exception.Message);
    }

    [SkippableTheory]
    [InlineData(LaunchOptions.Cooperative)]
    [InlineData(LaunchOptions.Overlapping)]
    public void Launch_WithAttributes_Runs(LaunchOptions options)
    {
        using CudaContext context = device.NewContext();
        Skip.If(
            options == LaunchOptions.Overlapping && context.Device.ComputeCapability.Major < 9,
            "Overlapping launches need compute capability 9.0.");
        using var stream = new CudaStream(context);
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("elementwise.cu"))[0];
        using var counter = new DeviceBuffer<int>(context, 1);
        stream.FillBytes(counter.Span, 0);
        int[] result = new int[1];

        var arguments = new KernelArguments();
        arguments.Add(counter.Span);
        module.GetKernel("increment").Launch(stream, new LaunchShape(1, 32), ref arguments, options);
        stream.Download(counter.Span, result);

        Assert.Equal(1, result[0]);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fault_InAKernel_LosesTheContextAndNamesTheLaunch(bool waits)
    {
        Skip.If(TestDevice.IsHardware, "A fault would lose the GPU for all other tests of this process.");
        using var context = new CudaContext(device.Libraries.Driver) { WaitsAfterEachLaunch = waits };
        using var stream = new CudaStream(context);
        using KernelModule module = device.NewCompiler(context).Load(new KernelVariant("elementwise.cu"))[0];
        using var buffer = new DeviceBuffer<float>(context, 4);
        var arguments = new KernelArguments();
        arguments.Add(buffer.Span);
        arguments.Add(1UL << 40);
        CudaException? exception = null;

        try
        {
            module.GetKernel("overrun").Launch(stream, new LaunchShape(1, 32), ref arguments);
            stream.Synchronize();
        }
        catch (CudaException thrown)
        {
            exception = thrown;
        }

        Assert.NotNull(exception);
        Assert.True(exception.ContextLost, exception.Message);
        Assert.Contains("overrun<<<(1, 1, 1), (32, 1, 1)>>>", exception.Message);
        Assert.Same(exception, Assert.Throws<CudaException>(() => context.Memory()).InnerException);
    }
}
