using System.Net.Http.Headers;

namespace GptCuda.Engine.Download;

/// <summary>What an unsuccessful status means for a download.</summary>
internal static class HttpStatus
{
    /// <summary>A <see cref="TryLaterException"/> for what may pass, a <see cref="DownloadException"/> for what will not.</summary>
    public static Exception Problem(string name, HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        string said = $"the server answered {status} {response.ReasonPhrase}".TrimEnd();
        return status switch
        {
            408 or 425 or 429 or >= 500 => new TryLaterException(said, Wait(response.Headers.RetryAfter)),
            401 or 403 => new DownloadException(
                // Whoever may not see a repository is not told whether there is one.
                $"{name}: {said}. Is that the repository's full name? A private or gated one needs an access token in HF_TOKEN."),
            _ => new DownloadException($"{name}: {said} for {response.RequestMessage?.RequestUri}."),
        };
    }

    private static TimeSpan? Wait(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta ?? (retryAfter?.Date is { } date && date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : null);
}
