namespace GptCuda.Engine.Download;

/// <summary>What to do about a server that cannot be reached.</summary>
internal static class NetworkAdvice
{
    /// <summary>A sentence with a space before it; empty where the server was reached, and the network is not at fault.</summary>
    /// <param name="problem">What went wrong.</param>
    /// <param name="source">Whose server it is.</param>
    public static string For(Exception problem, DownloadSource source)
    {
        if (problem is not TimeoutException && problem is not HttpRequestException { StatusCode: null })
            return "";
        string mirror = source == DownloadSource.OpenAI
            ? DownloadOptions.OpenAIEndpointVariable
            : DownloadOptions.HuggingFaceEndpointVariable;
        return $" Is there a network? HTTPS_PROXY names a proxy where one is needed, {mirror} a mirror of the server.";
    }
}
