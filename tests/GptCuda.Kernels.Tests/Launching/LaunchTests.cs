using System.Runtime.InteropServices;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Launching;

[Collection(FakeDriver.Collection)]
public sealed class LaunchTests : IDisposable
{
    private readonly CudaContext _context = FakeDriver.NewContext();
    private readonly CudaStream _stream;

    public LaunchTests() => _stream = new CudaStream(_context);

    public void Dispose()
    {
        _stream.Dispose();
        _context.Dispose();
    }

    [Fact]
    public void Launch_Arguments_ReachTheDriverInOrder()
    {
        Kernel kernel = FakeKernel.Load(_context, "mixed");
        using var buffer = new DeviceBuffer<float>(_context, 4);
        var arguments = new KernelArguments();
        arguments.Add(buffer.Span);
        arguments.Add(1.5f);
        arguments.Add((byte)200);
        arguments.Add(-7);
        arguments.Add(ulong.MaxValue);
        arguments.Add(new Pair(3, 4));
        arguments.Add(2.25);
        FakeDriver.ArgumentCount = arguments.Count;

        kernel.Launch(_stream, new LaunchShape(new Dim3(5, 4, 3), new Dim3(32, 2, 1), 1024), ref arguments);

        ulong[] sent = FakeDriver.LastLaunch.Arguments;
        Assert.Equal(7, sent.Length);
        Assert.Equal(buffer.Span.Address, sent[0]);
        Assert.Equal(1.5f, BitConverter.UInt32BitsToSingle((uint)sent[1]));
        Assert.Equal(200, (byte)sent[2]);
        Assert.Equal(-7, (int)sent[3]);
        Assert.Equal(ulong.MaxValue, sent[4]);
        Assert.Equal(3UL, sent[5]);
        Assert.Equal(2.25, BitConverter.UInt64BitsToDouble(sent[6]));
        CUlaunchConfig config = FakeDriver.LastLaunch.Config;
        Assert.Equal((5u, 4u, 3u), (config.gridDimX, config.gridDimY, config.gridDimZ));
        Assert.Equal((32u, 2u, 1u), (config.blockDimX, config.blockDimY, config.blockDimZ));
        Assert.Equal(1024u, config.sharedMemBytes);
        Assert.Equal(_stream.Handle, config.hStream);
        Assert.Equal(0u, config.numAttrs);
    }

    [Fact]
    public void Arguments_TooManyOrTooLarge_AreRefused()
    {
        Assert.Contains("24", Assert.Throws<InvalidOperationException>(() =>
        {
            var arguments = new KernelArguments();
            for (int i = 0; i <= KernelArguments.MaxCount; i++) arguments.Add(i);
        }).Message);
        Assert.Contains("320 bytes", Assert.Throws<InvalidOperationException>(() =>
        {
            var arguments = new KernelArguments();
            for (int i = 0; i < 21; i++) arguments.Add(new Pair(1, 2));
        }).Message);
    }

    [Fact]
    public void Launch_Repeated_AllocatesNothing()
    {
        Kernel kernel = FakeKernel.Load(_context, "quiet");
        using var buffer = new DeviceBuffer<float>(_context, 4);
        // The fake driver notes calls in a list; one that only succeeds measures the launch alone.
        using CudaContext silent = SilentDriver.NewContext();
        using var stream = new CudaStream(silent);
        Kernel quiet = FakeKernel.Load(silent, "quiet");
        void Run(int times)
        {
            for (int i = 0; i < times; i++)
            {
                var arguments = new KernelArguments();
                arguments.Add(buffer.Span);
                arguments.Add(i);
                quiet.Launch(stream, new LaunchShape(8, 128), ref arguments);
            }
        }
        Run(100);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Run(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0, 1, 1, 32, 1, 1, 0, "a grid of (0, 1, 1)")]
    [InlineData(1, 65536, 1, 32, 1, 1, 0, "a grid of (1, 65536, 1)")]
    [InlineData(1, 1, -1, 32, 1, 1, 0, "a grid of (1, 1, -1)")]
    [InlineData(1, 1, 1, 1025, 1, 1, 0, "a block of (1025, 1, 1)")]
    [InlineData(1, 1, 1, 1, 1, 65, 0, "a block of (1, 1, 65)")]
    [InlineData(1, 1, 1, 0, 1, 1, 0, "a block of (0, 1, 1)")]
    [InlineData(1, 1, 1, 32, 33, 1, 0, "1056 threads a block")]
    [InlineData(1, 1, 1, 32, 1, 1, 49153, "49153 bytes of dynamic shared memory")]
    [InlineData(1, 1, 1, 32, 1, 1, -1, "-1 bytes of dynamic shared memory")]
    public void Launch_PastALimit_IsRefusedBeforeTheCall(int gx, int gy, int gz, int bx, int by, int bz, int shared, string message)
    {
        Kernel kernel = FakeKernel.Load(_context, "large");

        var exception = Assert.Throws<ArgumentException>(
            () => FakeKernel.Launch(kernel, _stream, new LaunchShape(new Dim3(gx, gy, gz), new Dim3(bx, by, bz), shared)));

        Assert.Contains("large", exception.Message);
        Assert.Contains(message, exception.Message);
        Assert.DoesNotContain("cuLaunchKernelEx", FakeDriver.Calls);
    }

    [Theory]
    [InlineData(int.MaxValue, 65535, 65535, 1024, 1, 1, 49152)]
    [InlineData(1, 1, 1, 32, 32, 1, 0)]
    [InlineData(1, 1, 1, 16, 1, 64, 0)]
    public void Launch_AtALimit_IsLaunched(int gx, int gy, int gz, int bx, int by, int bz, int shared)
    {
        Kernel kernel = FakeKernel.Load(_context, "large");

        FakeKernel.Launch(kernel, _stream, new LaunchShape(new Dim3(gx, gy, gz), new Dim3(bx, by, bz), shared));

        Assert.Contains("cuLaunchKernelEx", FakeDriver.Calls);
    }

    [Fact]
    public void Launch_MoreThreadsThanTheKernelsRegistersAllow_IsRefused()
    {
        FakeDriver.FunctionAttributes[CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK] = 256;
        Kernel kernel = FakeKernel.Load(_context, "fat");

        var exception = Assert.Throws<ArgumentException>(() => FakeKernel.Launch(kernel, _stream, new LaunchShape(1, 257)));

        Assert.Contains("257 threads a block", exception.Message);
        Assert.Contains("256", exception.Message);
    }

    [Fact]
    public void AllowSharedBytes_StaticAndDynamicTogether_AreHeldToTheDevice()
    {
        FakeDriver.FunctionAttributes[CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES] = 1024;
        Kernel kernel = FakeKernel.Load(_context, "shared");
        Assert.Throws<ArgumentException>(() => FakeKernel.Launch(kernel, _stream, new LaunchShape(1, 32, 49152)));

        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.AllowSharedBytes((227 << 10) - 1023));
        kernel.AllowSharedBytes((227 << 10) - 1024);
        FakeKernel.Launch(kernel, _stream, new LaunchShape(1, 32, (227 << 10) - 1024));

        Assert.Single(FakeDriver.Calls, call => call == "cuFuncSetAttribute");
        Assert.Equal((227u << 10) - 1024, FakeDriver.LastLaunch.Config.sharedMemBytes);
    }

    [Fact]
    public void Launch_Cooperative_MoreBlocksThanRunAtOnce_IsRefused()
    {
        Kernel kernel = FakeKernel.Load(_context, "together");

        FakeKernel.Launch(kernel, _stream, new LaunchShape(264, 32), LaunchOptions.Cooperative);
        Assert.Equal([(int)CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE], FakeDriver.LastLaunch.AttributeIds);

        var exception = Assert.Throws<ArgumentException>(
            () => FakeKernel.Launch(kernel, _stream, new LaunchShape(265, 32), LaunchOptions.Cooperative));
        Assert.Contains("265 blocks; 264 run at once (2 on each of 132 multiprocessors)", exception.Message);
    }

    [Fact]
    public void Launch_Overlapping_NeedsHopper()
    {
        Kernel kernel = FakeKernel.Load(_context, "early");
        FakeKernel.Launch(kernel, _stream, new LaunchShape(1, 32), LaunchOptions.Overlapping | LaunchOptions.Cooperative);
        Assert.Equal(
            [(int)CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE, (int)CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION],
            FakeDriver.LastLaunch.AttributeIds);

        FakeDriver.SetAttribute("COMPUTE_CAPABILITY_MAJOR", 8);
        using var ampere = new CudaContext(CudaDriver.Open(FakeDriver.Symbols()));
        using var stream = new CudaStream(ampere);
        var exception = Assert.Throws<ArgumentException>(
            () => FakeKernel.Launch(FakeKernel.Load(ampere, "early"), stream, new LaunchShape(1, 32), LaunchOptions.Overlapping));
        Assert.Contains("8.0", exception.Message);
    }

    [Fact]
    public void Launch_RefusedByTheDriver_SaysKernelAndShape()
    {
        Kernel kernel = FakeKernel.Load(_context, "odd");
        FakeDriver.Fail("cuLaunchKernelEx", CUresult.CUDA_ERROR_INVALID_VALUE);

        var exception = Assert.Throws<CudaException>(() => FakeKernel.Launch(kernel, _stream, new LaunchShape(2, 64, 16)));

        Assert.Contains("launching odd<<<(2, 1, 1), (64, 1, 1), 16>>> with 0 arguments", exception.Message);
        Assert.False(exception.ContextLost);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Pair(ulong First, ulong Second);
}
