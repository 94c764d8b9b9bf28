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

    // Rows of one launch. Blocks of a row wait for one another, so those of a launch have to run at once; a smaller GPU takes several.
    private readonly int _rowsAtOnce;

    /// <param name="context">The GPU.</param>
    /// <param name="module">sample.cu, compiled as <see cref="Variant"/> says.</param>
    /// <param name="shape">The shape that it was compiled for.</param>
    /// <param name="rows">Rows of every step.</param>
    /// <exception cref="NotSupportedException">Not even one row's blocks run at once on this GPU.</exception>
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
        LaunchShape? launch = null;
        _rowsAtOnce = rows;
        while ((launch = Spread(_rowsAtOnce)) is null && _rowsAtOnce > 1)
            _rowsAtOnce = (_rowsAtOnce + 1) / 2;
        _launch = launch ?? throw new NotSupportedException(
            $"A sequence of {shape.Vocabulary} tokens cannot be sampled on {context.Device.Name}, which has "
            + $"{context.Device.MultiprocessorCount} multiprocessors and {context.Device.SharedBytesPerBlockOptIn} bytes of shared memory "
            + "a block.");
    }

    /// <summary>Bytes of workspace a row.</summary>
    public static int WorkspaceBytes => (6 * 4) + (2 * 8) + (Bins * (4 + 8)) + (Searches * SearchBytes);

    /// <summary>Blocks that work on one row.</summary>
    public int BlocksPerRow => _launch.Grid.X;

    /// <summary>Launches of a step: one, unless the GPU is too small for all rows' blocks at once.</summary>
    public int LaunchesPerStep => (_rows + _rowsAtOnce - 1) / _rowsAtOnce;

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

    /// <summary>
    /// Queues a step: each row's token is chosen, noted, and its embedding and its position's put into the residual stream.
    /// </summary>
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
        for (int first = 0; first < _rows; first += _rowsAtOnce)
        {
            int count = Math.Min(_rowsAtOnce, _rows - first), words = SeenWords(_shape);
            var arguments = new KernelArguments();
            arguments.Add(logits.Slice((long)first * _shape.LogitsStride));
            arguments.Add(state.Settings.Slice(first));
            arguments.Add(state.Seen.Slice((long)first * words));
            arguments.Add(state.Workspace.Slice((long)first * WorkspaceBytes));
            arguments.Add(state.Tokens.Slice(first));
            arguments.Add(state.Places.Positions.Slice(first));
            arguments.Add(state.Places.Slots.Slice(first));
            arguments.Add(state.Sampled.Slice(first));
            arguments.Add(tokenEmbedding.Elements);
            arguments.Add(tokenEmbedding.Scales);
            arguments.Add(positionEmbedding);
            arguments.Add(residual.Slice((long)first * _shape.Width));
            var launch = new LaunchShape(new Dim3(_launch.Grid.X, count), Threads, _launch.SharedBytes);
            _kernel.Launch(stream, launch, ref arguments, LaunchOptions.Cooperative);
        }
    }

    /// <summary>
    /// As many blocks a row as run at once; more, with shorter slices, where a slice would not fit in shared memory. Null where the blocks
    /// of so many rows do not run at once.
    /// </summary>
    private LaunchShape? Spread(int rows)
    {
        CudaDevice device = _context.Device;
        int most = (_shape.Vocabulary + FewestTokensPerBlock - 1) / FewestTokensPerBlock;
        for (int blocks = Math.Clamp(device.MultiprocessorCount / rows, 1, most); blocks <= most; blocks++)
        {
            int shared = (_shape.Vocabulary + blocks - 1) / blocks * sizeof(float);
            if (shared > device.SharedBytesPerBlockOptIn - _kernel.Resources.SharedBytes) continue;
            _kernel.AllowSharedBytes(shared);
            long resident = (long)_kernel.BlocksPerMultiprocessor(Threads, shared) * device.MultiprocessorCount;
            if ((long)blocks * rows <= resident) return new LaunchShape(new Dim3(blocks, rows), Threads, shared);
        }
        return null;
    }
}
