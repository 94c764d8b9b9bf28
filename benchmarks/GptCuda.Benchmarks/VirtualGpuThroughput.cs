using BenchmarkDotNet.Attributes;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.Benchmarks;

/// <summary>
/// Warp-instructions a second of the virtual GPU on one core, for arithmetic and for a kernel that streams memory, with checks on and off.
/// Each operation of the results is one warp-instruction.
/// </summary>
public class VirtualGpuThroughput : IDisposable
{
    private const int Iterations = 2000, Warps = 8, ArithmeticInstructions = Warps * Iterations * 15;
    private const int Streamed = 256 * 1024, StreamInstructions = Streamed / 32 * 9;

    /// <summary>
    /// A loop of integer, float and predicate work without memory, and one that loads 16 bytes a lane and sums them.
    /// </summary>
    private const string Text = """
        .version 8.3
        .target sm_80
        .address_size 64
        .visible .entry arithmetic(.param .u64 out, .param .u32 n)
        {
            .reg .pred %p<3>; .reg .f32 %f<8>; .reg .b32 %r<8>; .reg .b64 %rd<4>;
            ld.param.u64 %rd1, [out];
            ld.param.u32 %r1, [n];
            mov.u32 %r2, %tid.x;
            cvt.rn.f32.u32 %f1, %r2;
            mov.f32 %f2, 0f3F800000;
            mov.f32 %f3, 0f3F000000;
            mov.u32 %r3, 0;
        loop:
            fma.rn.f32 %f2, %f2, %f3, %f1;
            mul.rn.f32 %f4, %f2, %f3;
            add.rn.f32 %f5, %f4, %f1;
            fma.rn.f32 %f2, %f5, %f3, %f4;
            max.f32 %f2, %f2, %f1;
            shl.b32 %r4, %r2, 3;
            and.b32 %r4, %r4, 255;
            add.s32 %r2, %r2, %r4;
            xor.b32 %r2, %r2, %r3;
            mul.wide.u32 %rd2, %r2, 4;
            add.s64 %rd3, %rd1, %rd2;
            selp.f32 %f1, %f1, %f4, %p2;
            add.s32 %r3, %r3, 1;
            setp.lt.u32 %p1, %r3, %r1;
            @%p1 bra loop;
            mov.u32 %r5, %tid.x;
            mul.wide.u32 %rd2, %r5, 4;
            add.s64 %rd3, %rd1, %rd2;
            st.global.f32 [%rd3], %f2;
            ret;
        }
        .visible .entry stream(.param .u64 out, .param .u64 in, .param .u32 n)
        {
            .reg .pred %p<3>; .reg .f32 %f<8>; .reg .b32 %r<8>; .reg .b64 %rd<8>;
            ld.param.u64 %rd1, [out];
            ld.param.u64 %rd2, [in];
            ld.param.u32 %r1, [n];
            mov.u32 %r2, %tid.x;
            mul.wide.u32 %rd3, %r2, 16;
            add.s64 %rd4, %rd2, %rd3;
            mov.f32 %f1, 0f00000000;
            mov.u32 %r3, %r2;
        loop:
            ld.global.nc.L1::no_allocate.v4.f32 {%f2, %f3, %f4, %f5}, [%rd4];
            add.rn.f32 %f1, %f1, %f2;
            add.rn.f32 %f1, %f1, %f3;
            add.rn.f32 %f1, %f1, %f4;
            add.rn.f32 %f1, %f1, %f5;
            add.s64 %rd4, %rd4, 4096;
            add.s32 %r3, %r3, 256;
            setp.lt.u32 %p1, %r3, %r1;
            @%p1 bra loop;
            mul.wide.u32 %rd5, %r2, 4;
            add.s64 %rd6, %rd1, %rd5;
            st.global.f32 [%rd6], %f1;
            ret;
        }
        """;

    private DeviceMemory _memory = null!;
    private PtxModule _module = null!;
    private Executor _executor = null!;
    private ulong _output, _input;

    /// <summary>What is checked.</summary>
    [Params("none", "bounds", "all")]
    public string Checks { get; set; } = "all";

    /// <summary>Loads the kernels.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _memory = new DeviceMemory(256 << 20);
        _module = PtxModule.Load(Text, nameof(VirtualGpuThroughput), new NoVariables());
        _executor = new Executor(_memory, DeviceProfiles.All[0], CheckLevels.Named(Checks), new ExecutionOptions { Threads = 1 });
        _output = _memory.TryAllocate(4096, "output")!.Address;
        _input = _memory.TryAllocate(Streamed * 16, "input")!.Address;
        _memory.CopyIn(_input, new byte[Streamed * 16], nameof(Setup));
    }

    /// <summary>Frees the memory.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Eight warps of arithmetic.</summary>
    [Benchmark(OperationsPerInvoke = ArithmeticInstructions)]
    public void Arithmetic() => Launch("arithmetic", [.. BitConverter.GetBytes(_output), .. BitConverter.GetBytes(Iterations)]);

    /// <summary>Eight warps that stream memory.</summary>
    [Benchmark(OperationsPerInvoke = StreamInstructions)]
    public void Stream() =>
        Launch("stream", [.. BitConverter.GetBytes(_output), .. BitConverter.GetBytes(_input), .. BitConverter.GetBytes(Streamed)]);

    private void Launch(string kernel, byte[] parameters) => _executor.Launch(new LaunchRequest
    {
        Kernel = _module.Kernels[kernel],
        Grid = new(1, 1, 1),
        Block = new(Warps * 32, 1, 1),
        Parameters = parameters,
    });

    private sealed class NoVariables : IModuleMemory
    {
        public ulong Place(string name, long bytes, int alignment, bool isConstant) => throw new NotSupportedException(name);

        public void Initialize(ulong address, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
    }
}
