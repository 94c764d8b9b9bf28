namespace GptCuda.Engine.Generation;

/// <summary>Requests that are there when they are asked for, as a source that might have had to wait for them.</summary>
internal sealed class ReadyRequests(IEnumerable<GenerationRequest> requests) : IAsyncEnumerable<GenerationRequest>
{
    public IAsyncEnumerator<GenerationRequest> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(requests.GetEnumerator());

    private sealed class Enumerator(IEnumerator<GenerationRequest> requests) : IAsyncEnumerator<GenerationRequest>
    {
        public GenerationRequest Current => requests.Current;

        public ValueTask<bool> MoveNextAsync() => new(requests.MoveNext());

        public ValueTask DisposeAsync()
        {
            requests.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
