using GptCuda.Engine.Sampling;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.KernelSuite;

namespace GptCuda.Kernels.Tests.Suite.Counters;

/// <summary>
/// The kernels of one decode step of GPT-2 124M for one sequence, a layer's of the twelve and what comes after them, launched one by
/// one on made-up weights: zeros, as no counter but the sampler's depends on values.
/// </summary>
internal sealed class DecodeStep(SuiteDevice device, MatrixType type, int position)
{
    /// <summary>Layers; their launches are alike.</summary>
    public const int Layers = 12;

    private const int Context = 1024;

    private readonly KernelShape _shape = new(768, 12, 64, 3072, 50257, type);
    private readonly Random _random = new(124);

    /// <summary>Launches them and gives, for each, its name, how often a step has it and the bytes that it cannot do without.</summary>
    public IReadOnlyList<StepLaunch> Run()
    {
        int width = _shape.Width, inner = _shape.Inner, vocabulary = _shape.Vocabulary;
        var products = new MatrixVectorKernels(device.Context, device.Load(MatrixVectorKernels.Variant(_shape, 1)), _shape, 1);
        var attention = new AttentionDecodeKernel(device.Context, device.Load(AttentionDecodeKernel.Variant(_shape)), _shape);
        var sample = new SampleKernel(device.Context, device.Load(SampleKernel.Variant(_shape)), _shape, 1);
        DeviceMatrix qkv = Matrix(3 * width, width), project = Matrix(width, width), expand = Matrix(inner, width);
        DeviceMatrix contract = Matrix(width, inner), embedding = Matrix(vocabulary, width);
        LayerNormWeights norm = new(Zeros<float>(width), Zeros<float>(width), 1e-5f);
        DeviceSpan<float> residual = Zeros<float>(width), queries = Zeros<float>(width);
        DeviceSpan<byte> attended = Zeros<byte>(width * _shape.CachedBytes), hidden = Zeros<byte>(inner * _shape.CachedBytes);
        DeviceSpan<float> logits = device.Upload(_random.Floats(_shape.LogitsStride, 10));
        DeviceCache cache = new(Zeros<byte>(_shape.CacheLength(1, 1, Context) * _shape.CachedBytes), 1, Context);
        RowPlaces places = new(Zeros<int>(1), device.Upload([position]));
        DeviceSpan<float> partial = device.Allocate<float>(attention.PartialLength(1, Context));

        products.Qkv(device.Stream, qkv, Zeros<float>(3 * width), norm, residual, queries, cache, places, 0);
        attention.Launch(device.Stream, 1, queries, cache, places, partial, Zeros<uint>(_shape.Heads), attended, 0.125f, 0);
        products.Project(device.Stream, project, Zeros<float>(width), attended, residual);
        products.Expand(device.Stream, expand, Zeros<float>(inner), norm, residual, hidden);
        products.Contract(device.Stream, contract, Zeros<float>(width), hidden, residual);
        products.Logits(device.Stream, embedding, norm, residual, Zeros<float>(_shape.LogitsStride));
        Sample(sample, logits, places, embedding, residual);
        device.Stream.Synchronize();

        long vector = width * sizeof(float), cached = 2L * _shape.Heads * _shape.CachedHeadSize * _shape.CachedBytes;
        return
        [
            new("qkv", Layers, Bytes(qkv) + (4 * vector) + cached),
            new("attention_decode", Layers, cached * (position + 1)),
            new("project", Layers, Bytes(project) + vector),
            new("expand", Layers, Bytes(expand) + vector + (inner * sizeof(float))),
            new("contract", Layers, Bytes(contract) + vector),
            new("logits", 1, Bytes(embedding) + (2 * vector) + (vocabulary * sizeof(float))),
            new("sample", 1, vocabulary * sizeof(float)),
        ];
    }

    private static long Bytes(DeviceMatrix matrix) => matrix.Elements.ByteLength + matrix.Scales.ByteLength;

    private void Sample(SampleKernel kernel, DeviceSpan<float> logits, RowPlaces places, DeviceMatrix embedding, DeviceSpan<float> residual)
    {
        // The settings that a user has who asks for nothing.
        var options = new SamplingOptions();
        SampleSettings settings = new(
            1, Sampler.Share(options.TopP), 0, options.RepetitionPenalty, TokenWeight.Scale(options.Temperature), (uint)options.TopK, 0, 0,
            0, -1,
            Context - 1);
        DeviceSpan<byte> workspace = device.Allocate<byte>(SampleKernel.WorkspaceBytes);
        SampleKernel.Prepare(device.Stream, workspace);
        var state = new SampleState(
            device.Upload([settings]), Zeros<uint>(SampleKernel.SeenWords(_shape)), workspace, Zeros<int>(1), places, Zeros<int>(1));
        kernel.Launch(device.Stream, logits, state, embedding, Zeros<float>((long)Context * _shape.Width), residual);
    }

    private DeviceMatrix Matrix(int rows, int columns) => new(
        Zeros<byte>((long)rows * _shape.Stride(columns) * _shape.ElementBytes), type == MatrixType.Int8 ? Zeros<float>(rows) : default);

    private DeviceSpan<T> Zeros<T>(long length)
        where T : unmanaged
    {
        DeviceSpan<T> span = device.Allocate<T>(length);
        device.Stream.FillBytes(span, 0);
        return span;
    }
}
