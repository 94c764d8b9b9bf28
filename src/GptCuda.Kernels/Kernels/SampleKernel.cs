using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>Chooses each sequence's next token and embeds it (kernels/sample.cu).</summary>
public sealed class SampleKernel
{
    // Sizes of Workspace and of what it holds in kernels/sample_search.cuh.
    private const int Threads = 256, Bins = 42 * 32, Searches = 3, SearchBytes = 8 + (1024 * 8) + (8 * 256 * (4 + 8));

    // A block has at least so many tokens: below, waiting for one another costs more than reading.
    private const int FewestTokensPerBlock = 1280;

    private readonly CudaContext _context;
    private readonly KernelShape _shape;
    private readonly int _rows;
    private readonly Kernel _kernel;
    private readonly LaunchShape _launch;

    /// <param name="context">The GPU.</param>
    /// <param name="module">sample.cu, compiled as <see cref="Variant"/> says.</param>
    /// <param name="shape">The shape that it was compiled for.</param>
    /// <param name="rows">Rows of every launch.</param>
    /// <exception cref="NotSupportedException">So many rows' blocks do not run at once on this GPU.</exception>
    public SampleKernel(CudaContext context, KernelModule module, KernelShape shape, int rows)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        _context = context;
        _shape = shape;
        _rows = rows;
        _kernel = module.GetKernel($"sample_{shape.Suffix}");
        _launch = Spread();
        _kernel.AllowSharedBytes(_launch.SharedBytes);
    }

    /// <summary>Bytes of workspace a row.</summary>
    public static int WorkspaceBytes => (6 * 4) + (2 * 8) + (Bins * (4 + 8)) + (Searches * SearchBytes);

    /// <summary>Rows of every launch.</summary>
    public int Rows => _rows;

    /// <summary>Blocks that work on one row.</summary>
    public int BlocksPerRow => _launch.Grid.X;

    /// <summary>Words of seen bits a row.</summary>
    public static int SeenWords(KernelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return (shape.Vocabulary + 31) / 32;
    }

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Variant("sample.cu");
    }

    /// <summary>Queues the filling of a workspace as the first launch expects it; every launch leaves it so.</summary>
    public static void Prepare(CudaStream stream, DeviceSpan<byte> workspace)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.FillBytes(workspace, 0);
        for (long row = 0; row < workspace.Length; row += WorkspaceBytes) stream.FillBytes(workspace.Slice(row, 3 * sizeof(uint)), 0xFF);
    }

    /// <summary>Queues a step: each row's token is chosen, noted, and its embedding and its position's put into the residual stream.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="logits">[rows, <see cref="KernelShape.LogitsStride"/>].</param>
    /// <param name="state">What changes from step to step.</param>
    /// <param name="tokenEmbedding">[Vocabulary, Width].</param>
    /// <param name="positionEmbedding">[context, Width].</param>
    /// <param name="residual">[rows, Width], written; zeros for rows that end.</param>
    public void Launch(
        CudaStream stream, DeviceSpan<float> logits, in SampleState state, DeviceMatrix tokenEmbedding, DeviceSpan<float> positionEmbedding,
        DeviceSpan<float> residual)
    {
        var arguments = new KernelArguments();
        arguments.Add(logits);
        arguments.Add(state.Settings);
        arguments.Add(state.Seen);
        arguments.Add(state.Workspace);
        arguments.Add(state.Tokens);
        arguments.Add(state.Places.Positions);
        arguments.Add(state.Places.Slots);
        arguments.Add(state.Sampled);
        arguments.Add(tokenEmbedding.Elements);
        arguments.Add(tokenEmbedding.Scales);
        arguments.Add(positionEmbedding);
        arguments.Add(residual);
        _kernel.Launch(stream, _launch, ref arguments, LaunchOptions.Cooperative);
    }

    /// <summary>As many blocks a row as run at once; more, with shorter slices, where a slice would not fit in shared memory.</summary>
    private LaunchShape Spread()
    {
        CudaDevice device = _context.Device;
        int most = (_shape.Vocabulary + FewestTokensPerBlock - 1) / FewestTokensPerBlock;
        for (int blocks = Math.Clamp(device.MultiprocessorCount / _rows, 1, most); blocks <= most; blocks++)
        {
            int shared = (_shape.Vocabulary + blocks - 1) / blocks * sizeof(float);
            if (shared > device.SharedBytesPerBlockOptIn - _kernel.Resources.SharedBytes) continue;
            _kernel.AllowSharedBytes(shared);
            long resident = (long)_kernel.BlocksPerMultiprocessor(Threads, shared) * device.MultiprocessorCount;
            if ((long)blocks * _rows <= resident) return new LaunchShape(new Dim3(blocks, _rows), Threads, shared);
        }
        throw new NotSupportedException(
            $"{_rows} sequences of {_shape.Vocabulary} tokens cannot be sampled at once on {device.Name}, which has {device.MultiprocessorCount} "
            + "multiprocessors; decode fewer sequences at once.");
    }
}
