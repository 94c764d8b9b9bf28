using System.Numerics;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>The device memory of forward passes and decode steps beside weights and cache: [T] is <see cref="Tokens"/>.</summary>
internal sealed class CudaWorkspace : IDisposable
{
    /// <summary>Rows of logits computed at a time.</summary>
    public const int LogitRows = 64;

    private readonly DeviceArena? _arena;
    private readonly DevicePlan _plan;

    private CudaWorkspace(
        GptConfiguration configuration, KernelShape shape, AttentionDecodeKernel attention, int sequences, DeviceArena? arena)
    {
        _arena = arena;
        _plan = new DevicePlan(arena);
        // Decode steps are of powers of two.
        Sequences = (int)Math.Max(BitOperations.RoundUpToPowerOf2((uint)sequences), MostVectorRows);
        Tokens = TokensAtOnce(configuration);
        long tokens = Tokens, width = configuration.Width, widest = Math.Max(3 * width, configuration.InnerSize);

        Inputs = _plan.Take<int>(InputLength(Tokens));
        Residual = _plan.Take<float>(tokens * width);
        Queries = _plan.Take<float>(tokens * width);
        Product = _plan.Take<float>(tokens * widest);
        Normalized = _plan.Take<byte>(tokens * width * shape.CachedBytes);
        Attended = _plan.Take<byte>(tokens * width * shape.CachedBytes);
        Hidden = _plan.Take<byte>(tokens * configuration.InnerSize * shape.CachedBytes);
        Partial = _plan.Take<float>(attention.PartialLength(Sequences, configuration.ContextLength));
        Tickets = _plan.Take<uint>((long)Sequences * configuration.HeadCount);
        Logits = _plan.Take<float>((long)Math.Max(LogitRows, Sequences) * shape.LogitsStride);
        Likelihoods = _plan.Take<float>(LogitRows);
        // int8 matrices become f16 for cuBLAS, one at a time, the embedding in pieces of the largest of them.
        Expanded = _plan.Take<ushort>(shape.Type == MatrixType.Int8 ? width * widest : 0);

        StepResidual = _plan.Take<float>(Sequences * width);
        StepState = _plan.Take<int>(3L * Sequences);
        Sampled = _plan.Take<int>(Sequences);
        Settings = _plan.Take<SampleSettings>(Sequences);
        Seen = _plan.Take<uint>((long)Sequences * SampleKernel.SeenWords(shape));
        SampleWorkspace = _plan.Take<byte>((long)Sequences * SampleKernel.WorkspaceBytes);
    }

    /// <summary>The most rows that matrix-vector kernels take.</summary>
    public const int MostVectorRows = 8;

    /// <summary>Tokens of one pass over the layers; longer batches take several.</summary>
    public int Tokens { get; }

    /// <summary>Rows of a decode step, and of attention split over keys.</summary>
    public int Sequences { get; }

    /// <summary>Tokens, positions, slots, [T] each; then <see cref="LogitRows"/> row numbers or targets; then tiles.</summary>
    public DeviceSpan<int> Inputs { get; }

    /// <summary>[T, C].</summary>
    public DeviceSpan<float> Residual { get; }

    /// <summary>[T, C].</summary>
    public DeviceSpan<float> Queries { get; }

    /// <summary>A product before its bias, [T, 3C] or [T, inner].</summary>
    public DeviceSpan<float> Product { get; }

    /// <summary>[T, C] in the cache's type.</summary>
    public DeviceSpan<byte> Normalized { get; }

    /// <summary>[T, C] in the cache's type.</summary>
    public DeviceSpan<byte> Attended { get; }

    /// <summary>[T, inner] in the cache's type.</summary>
    public DeviceSpan<byte> Hidden { get; }

    /// <summary>Partial results of attention split over keys.</summary>
    public DeviceSpan<float> Partial { get; }

    /// <summary>Its tickets, zero between launches.</summary>
    public DeviceSpan<uint> Tickets { get; }

    /// <summary>[rows, <see cref="KernelShape.LogitsStride"/>].</summary>
    public DeviceSpan<float> Logits { get; }

    /// <summary>[<see cref="LogitRows"/>].</summary>
    public DeviceSpan<float> Likelihoods { get; }

    /// <summary>A matrix of int8 weights as f16.</summary>
    public DeviceSpan<ushort> Expanded { get; }

    /// <summary>The residual stream of decode steps, [sequences, C]: it carries the next step's embedding from one to the other.</summary>
    public DeviceSpan<float> StepResidual { get; }

    /// <summary>Tokens, positions, slots of decode steps, [sequences] each.</summary>
    public DeviceSpan<int> StepState { get; }

    /// <summary>[sequences].</summary>
    public DeviceSpan<int> Sampled { get; }

    /// <summary>[sequences].</summary>
    public DeviceSpan<SampleSettings> Settings { get; }

    /// <summary>[sequences, words].</summary>
    public DeviceSpan<uint> Seen { get; }

    /// <summary>[sequences, bytes].</summary>
    public DeviceSpan<byte> SampleWorkspace { get; }

    /// <summary>Whether every buffer is an allocation of its own, and dead ones are to be filled with NaN.</summary>
    public bool IsSeparate => _arena?.IsSeparate == true;

    /// <summary>Tokens of one pass: a whole context of GPT-2, enough for matrix products to be worth their weights' reading.</summary>
    public static int TokensAtOnce(GptConfiguration configuration) => Math.Clamp(configuration.ContextLength, MostVectorRows, 1024);

    /// <summary>Integers that a pass of so many tokens takes in.</summary>
    public static int InputLength(int tokens) => TilesOffset(tokens) + (4 * tokens);

    /// <summary>Where the row numbers begin in <see cref="Inputs"/>.</summary>
    public static int RowsOffset(int tokens) => 3 * tokens;

    /// <summary>Where the tiles begin, of four integers each.</summary>
    public static int TilesOffset(int tokens) => (RowsOffset(tokens) + LogitRows + 3) / 4 * 4;

    /// <summary>Bytes that a model's workspace takes.</summary>
    /// <exception cref="OverflowException">More than 64 bits can count.</exception>
    public static long TotalBytes(GptConfiguration configuration, KernelShape shape, AttentionDecodeKernel attention, int sequences) =>
        new CudaWorkspace(configuration, shape, attention, sequences, null)._plan.Bytes;

    /// <summary>Allocates a model's workspace.</summary>
    public static CudaWorkspace Allocate(
        CudaContext context, GptConfiguration configuration, KernelShape shape, AttentionDecodeKernel attention, int sequences)
    {
        var arena = new DeviceArena(context, TotalBytes(configuration, shape, attention, sequences));
        try
        {
            return new CudaWorkspace(configuration, shape, attention, sequences, arena);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>Says that what a pass left behind is not read by the next.</summary>
    public void MarkDead(CudaStream stream)
    {
        if (_arena is null)
            return;
        foreach (DeviceSpan<float> values in (ReadOnlySpan<DeviceSpan<float>>)[Residual, Queries, Product, Partial, Logits])
            _arena.MarkDead(values, stream);
        foreach (DeviceSpan<byte> values in (ReadOnlySpan<DeviceSpan<byte>>)[Normalized, Attended, Hidden])
            _arena.MarkDead(values, stream);
    }

    /// <inheritdoc/>
    public void Dispose() => _arena?.Dispose();
}
