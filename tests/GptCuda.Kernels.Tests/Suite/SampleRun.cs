using GptCuda.Engine.Sampling;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.KernelSuite;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>Sequences being sampled on a device, step by step from the same logits, and the same sequences for the CPU's sampler.</summary>
internal sealed class SampleRun : IDisposable
{
    private const int Context = 8, FirstPosition = 2;

    private readonly SuiteDevice _device;
    private readonly KernelShape _shape;
    private readonly SequenceSampling[] _sequences;
    private readonly float[][] _logits;
    private readonly SampleKernel _kernel;
    private readonly SampleState _state;
    private readonly EncodedMatrix _embedding;
    private readonly DeviceMatrix _tokens;
    private readonly float[] _positionEmbedding;
    private readonly DeviceSpan<float> _deviceLogits, _positions, _residual;
    private int _position = FirstPosition;

    public SampleRun(CudaContext context, KernelCompiler compiler, int vocabulary, SamplingOptions[] options, float[][] logits)
    {
        int rows = options.Length;
        _device = new SuiteDevice(context, compiler);
        _shape = Shape(vocabulary);
        _logits = logits;
        var random = new Random(vocabulary);
        _sequences = [.. options.Select((option, row) => new SequenceSampling(option, 0x1234_5678_9ABC_DEF0UL + (ulong)row, (uint)row))];
        uint[] seen = new uint[rows * SampleKernel.SeenWords(_shape)];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < 20; i++) Observe(seen, row, Best(logits[row], i, random));
        }
        _embedding = new EncodedMatrix(_shape, vocabulary, _shape.Width, random, 0.5f);
        _positionEmbedding = [.. Enumerable.Range(0, Context * _shape.Width).Select(i => i / 64f)];
        _tokens = _device.Upload(_embedding);
        _positions = _device.Upload(_positionEmbedding);
        _residual = _device.Allocate<float>(rows * _shape.Width);
        float[] padded = [.. Enumerable.Repeat(float.NaN, rows * _shape.LogitsStride)];
        for (int row = 0; row < rows; row++) logits[row].CopyTo(padded, row * _shape.LogitsStride);
        _deviceLogits = _device.Upload(padded);
        _state = new SampleState(
            _device.Upload(options.Select((option, row) => Settings(option, row)).ToArray()), _device.Upload(seen),
            _device.Allocate<byte>((long)rows * SampleKernel.WorkspaceBytes), _device.Upload(new int[rows]),
            new RowPlaces(
                _device.Upload(Enumerable.Range(0, rows).ToArray()), _device.Upload(Enumerable.Repeat(FirstPosition - 1, rows).ToArray())),
            _device.Upload(new int[rows]));
        SampleKernel.Prepare(_device.Stream, _state.Workspace);
        _kernel = new SampleKernel(context, _device.Load(SampleKernel.Variant(_shape)), _shape, rows);
    }

    public static KernelShape Shape(int vocabulary) => new(40, 1, 40, 16, vocabulary, MatrixType.BF16);

    public int LaunchesPerStep => _kernel.LaunchesPerStep;

    public int[] Tokens => _device.Download(_state.Tokens);

    public int[] Slots => _device.Download(_state.Places.Slots);

    public void Deactivate(int row) => _device.Stream.Upload<int>([-1], _state.Places.Slots.Slice(row, 1));

    public int Expected(Sampler sampler, int row) => sampler.Sample(_logits[row], _sequences[row], _position);

    public int[] Step()
    {
        _kernel.Launch(_device.Stream, _deviceLogits, _state, _tokens, _positions, _residual);
        _position++;
        return _device.Download(_state.Sampled);
    }

    /// <summary>The state after a step in which every row drew: what it drew is noted, counted and embedded.</summary>
    public void CheckNextStep(int[] drawn)
    {
        int position = _position - 1;
        uint[] seen = _device.Download(_state.Seen);
        float[] residual = _device.Download(_residual);
        Assert.Equal(drawn, Tokens);
        Assert.All(_device.Download(_state.Places.Positions), found => Assert.Equal(position, found));
        for (int row = 0; row < drawn.Length; row++)
        {
            _sequences[row].Observe(drawn[row]);
            Assert.NotEqual(0u, seen[(row * SampleKernel.SeenWords(_shape)) + (drawn[row] / 32)] >> (drawn[row] % 32) & 1);
            for (int i = 0; i < _shape.Width; i++)
            {
                float expected = (float)_embedding.Values[(drawn[row] * _shape.Width) + i] + _positionEmbedding[(position * _shape.Width) + i];
                Assert.Equal(expected, residual[(row * _shape.Width) + i]);
            }
        }
    }

    public void Dispose() => _device.Dispose();

    /// <summary>A token that the penalty will matter for: now the best one, now any.</summary>
    private static int Best(float[] logits, int i, Random random) =>
        i == 0 ? Array.IndexOf(logits, logits.Max()) : random.Next(logits.Length);

    private static SampleSettings Settings(SamplingOptions options, int row) => new(
        0x1234_5678_9ABC_DEF0UL + (ulong)row, Sampler.Share(options.TopP), (ulong)((double)options.MinP * TokenWeight.One),
        options.RepetitionPenalty, TokenWeight.Scale(options.Temperature), (uint)options.TopK, (uint)row, options.Greedy ? 1u : 0,
        options.TopPRule == TopPRule.OpenAI ? 1u : 0, EndOfText: -1, LastPosition: Context - 1);

    private void Observe(uint[] seen, int row, int token)
    {
        seen[(row * SampleKernel.SeenWords(_shape)) + (token / 32)] |= 1u << (token % 32);
        _sequences[row].Observe(token);
    }
}
