using System.Net;
using System.Net.Http.Headers;
using System.Reflection;

namespace GptCuda.Engine.Download;

/// <summary>
/// One request with its redirects. Redirects are followed here and not by the handler, because the hub's headers are on the
/// first answer of the chain and because the token must stay with the host that it was meant for.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    private const int MostRedirects = 10;
    private readonly HttpClient _client;
    private readonly DownloadOptions _options;

    public HttpTransport(DownloadOptions options)
    {
        _options = options;
        // The system's proxy settings (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) are the handler's default.
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            ConnectTimeout = options.StallTimeout,
            UseCookies = false,
            MaxConnectionsPerServer = Math.Max(8, options.Connections),
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        string version = typeof(HttpTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gptcuda", version));
        // A compressed body would have another length and no ranges.
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>Sends a request and follows redirects; the body is left to the caller.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="uri">The first address.</param>
    /// <param name="range">The bytes wanted, or null for all.</param>
    /// <param name="validator">With a range: send the range only if the content is still this, else all of it.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="HttpRequestException">The network failed.</exception>
    /// <exception cref="TimeoutException">No answer came within the stall timeout.</exception>
    /// <exception cref="DownloadException">The redirects do not end, or lead where they must not.</exception>
    public async Task<HttpAnswer> SendAsync(
        HttpMethod method, Uri uri, RangeHeaderValue? range, EntityTagHeaderValue? validator, CancellationToken cancellation)
    {
        string? linkedTag = null, revision = null;
        long? linkedSize = null;
        Uri current = uri;
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            using HttpRequestMessage request = new(method, current);
            request.Headers.Range = range;
            if (range is not null && validator is not null)
                request.Headers.IfRange = new RangeConditionHeaderValue(validator);
            if (_options.Token is not null && SameHost(current, _options.HuggingFaceEndpoint))
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.Token);
            HttpResponseMessage response = await HeadersAsync(request, cancellation).ConfigureAwait(false);
            linkedTag ??= Header(response, "X-Linked-ETag")?.Trim().Replace("W/", "", StringComparison.Ordinal).Trim('"');
            linkedSize ??= long.TryParse(Header(response, "X-Linked-Size"), out long size) ? size : null;
            revision ??= Header(response, "X-Repo-Commit");
            if (!IsRedirect(response.StatusCode))
                return new HttpAnswer(response, linkedTag, linkedSize, revision);
            using (response)
                current = Target(current, response);
        }
        throw new DownloadException($"{uri}: more than {MostRedirects} redirects.");
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> HeadersAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(_options.StallTimeout);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer from {request.RequestUri!.Host} within {_options.StallTimeout.TotalSeconds:0.#} s");
        }
    }

    private static Uri Target(Uri from, HttpResponseMessage response)
    {
        Uri location = response.Headers.Location
            ?? throw new DownloadException($"{from}: status {(int)response.StatusCode} without a Location.");
        Uri target = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (target.Scheme is not ("http" or "https"))
            throw new DownloadException($"{from}: redirected to {target}, which is neither http nor https.");
        if (from.Scheme == "https" && target.Scheme == "http")
            throw new DownloadException($"{from}: redirected to {target}, which is not encrypted.");
        return target;
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static bool SameHost(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && string.Equals(a.Host, b.Host, StringComparison.OrdinalIgnoreCase);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
