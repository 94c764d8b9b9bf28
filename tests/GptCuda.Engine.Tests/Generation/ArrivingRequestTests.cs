using System.Threading.Channels;
using GptCuda.Engine.Generation;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>Requests that come while others are computed, or do not come.</summary>
public sealed class ArrivingRequestTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Channel<GenerationRequest> _source = Channel.CreateUnbounded<GenerationRequest>();

    [Fact]
    public async Task GenerateMany_SourceThatIsSilent_GivesTheResultsOfWhatHasCome()
    {
        using var model = BabblingModel.Load(slots: 4);
        await using var results = model.GenerateManyAsync(_source.Reader.ReadAllAsync()).GetAsyncEnumerator();
        for (int i = 0; i < 5; i++)
        {
            _source.Writer.TryWrite(Request(seed: i));

            Assert.True(await results.MoveNextAsync().AsTask().WaitAsync(Limit));

            GenerationOracle.AssertEqual(GenerationOracle.Run(['a'], Request(seed: i).Options, i), results.Current);
        }
        _source.Writer.Complete();
        Assert.False(await results.MoveNextAsync().AsTask().WaitAsync(Limit));
    }

    [Fact]
    public async Task GenerateMany_RequestsComeLate_JoinTheSequencesThatRun()
    {
        var backend = BabblingModel.Backend(slots: 3);
        using var model = BabblingModel.Wrap(backend, ByteVocabulary.Tokenizer);
        var wanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var comes = new ManualResetEventSlim();
        async IAsyncEnumerable<GenerationRequest> Late()
        {
            yield return Request(seed: 0, tokens: 30);
            await wanted.Task;
            comes.Set();
            yield return Request(seed: 1);
        }
        int steps = 0;
        backend.OnStep = () =>
        {
            // The prompt of the first and two steps of it alone are done.
            if (++steps < 4)
                return;
            wanted.TrySetResult();
            Assert.True(comes.Wait(Limit));
            // It has all but arrived, on another thread; the first has 27 steps left.
            if (backend.DecodeBatches[^1] == 1)
                Thread.Sleep(10);
        };

        var results = new List<GenerationResult>();
        await foreach (var result in model.GenerateManyAsync(Late()))
            results.Add(result);

        Assert.Equal([0, 1], results.Select(result => result.Request));
        Assert.Equal(1, backend.DecodeBatches[0]);
        Assert.Contains(2, backend.DecodeBatches);
        GenerationOracle.AssertEqual(GenerationOracle.Run(['a'], Request(seed: 0, tokens: 30).Options, 0), results[0]);
        GenerationOracle.AssertEqual(GenerationOracle.Run(['a'], Request(seed: 1).Options, 1), results[1]);
    }

    [Fact]
    public async Task GenerateMany_CancelledWhileItWaits_EndsWithoutTheSource()
    {
        using var model = BabblingModel.Load(slots: 2);
        using var stop = new CancellationTokenSource();
        var stuck = new StuckSource();
        var all = CollectAsync(model.GenerateManyAsync(stuck, stop.Token));
        await stuck.Asked.Task.WaitAsync(Limit);

        stop.Cancel();

        Assert.Empty(await all.WaitAsync(Limit));
        Assert.False(stuck.Disposed.Task.IsCompleted, "a source must not be disposed while it works");
        stuck.Release.SetResult();
        await stuck.Disposed.Task.WaitAsync(Limit);
        // The model is free for others.
        Assert.Equal(9, (await model.CompleteAsync("a", Request(seed: 0).Options)).Ids.Length);
    }

    [Fact]
    public async Task GenerateMany_SourceFailsLate_ThrowsAfterTheResultsBeforeIt()
    {
        using var model = BabblingModel.Load(slots: 2);
        var results = new List<GenerationResult>();
        _source.Writer.TryWrite(Request(seed: 0));

        var exception = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var result in model.GenerateManyAsync(_source.Reader.ReadAllAsync()))
            {
                results.Add(result);
                _source.Writer.Complete(new InvalidDataException("line 2"));
            }
        });

        Assert.Equal("line 2", exception.Message);
        Assert.Single(results);
    }

    private static GenerationRequest Request(int seed, int tokens = 9) =>
        new("a", new() { Seed = (ulong)seed, MaxTokens = tokens, IgnoreEndOfText = true });

    private static async Task<List<GenerationResult>> CollectAsync(IAsyncEnumerable<GenerationResult> results)
    {
        var list = new List<GenerationResult>();
        await foreach (var result in results)
            list.Add(result);
        return list;
    }

    /// <summary>A source that heeds no cancellation, as a read of a pipe does not.</summary>
    private sealed class StuckSource : IAsyncEnumerable<GenerationRequest>, IAsyncEnumerator<GenerationRequest>
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GenerationRequest Current => throw new InvalidOperationException("there is none");

        public IAsyncEnumerator<GenerationRequest> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public async ValueTask<bool> MoveNextAsync()
        {
            Asked.SetResult();
            await Release.Task;
            return false;
        }

        public ValueTask DisposeAsync()
        {
            Disposed.SetResult();
            return ValueTask.CompletedTask;
        }
    }
}
