using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace GptCuda.Engine.Generation;

/// <summary>The samples of many requests, one after the other; a request is taken from its source when its first sample is.</summary>
internal sealed class RequestSamples(IEnumerable<GenerationRequest> requests, ModelLimits model) : IDisposable
{
    private readonly IEnumerator<GenerationRequest> _requests = requests.GetEnumerator();
    private PreparedRequest? _request;
    private int _next;
    private int _count;

    /// <summary>
    /// What went wrong with a request; there are no samples after it. It is thrown when the sequences before it are finished, so that
    /// one bad request takes nothing away from the good ones.
    /// </summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    public bool TryNext([NotNullWhen(true)] out PreparedRequest? request, out int sample)
    {
        if (_request is null || _next == _request.Samples)
            Advance();
        request = _request;
        sample = _next++;
        return _request is not null;
    }

    public void Dispose() => _requests.Dispose();

    private void Advance()
    {
        _next = 0;
        _request = null;
        if (Failure is not null)
            return;
        try
        {
            if (_requests.MoveNext())
                _request = PreparedRequest.From(_requests.Current, _count++, model);
        }
        catch (Exception exception)
        {
            Failure = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
