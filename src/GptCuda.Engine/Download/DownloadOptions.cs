namespace GptCuda.Engine.Download;

/// <summary>Where a download comes from and how patient it is.</summary>
public sealed record DownloadOptions
{
    /// <summary>The branch that is fetched where no revision is named.</summary>
    public const string DefaultRevision = "main";

    private const string TokenVariable = "HF_TOKEN";

    internal const string HuggingFaceEndpointVariable = "HF_ENDPOINT";

    internal const string OpenAIEndpointVariable = "GPTCUDA_OPENAI_ENDPOINT";

    /// <summary>Who serves the files; a repository id is always Hugging Face's.</summary>
    public DownloadSource Source { get; init; }

    /// <summary>Branch, tag or commit of a Hugging Face repository.</summary>
    public string Revision { get; init; } = DefaultRevision;

    /// <summary>Root of the Hugging Face hub or of a mirror (HF_ENDPOINT).</summary>
    public Uri HuggingFaceEndpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Folder of OpenAI's models, one folder a size below it (GPTCUDA_OPENAI_ENDPOINT, for a mirror).</summary>
    public Uri OpenAIEndpoint { get; init; } = new("https://openaipublic.blob.core.windows.net/gpt-2/models");

    /// <summary>Access token (HF_TOKEN), sent to the Hugging Face endpoint and to no other host.</summary>
    public string? Token { get; init; }

    /// <summary>Connections for one large file where its server serves ranges.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Least bytes that are worth a connection of their own.</summary>
    public long SegmentBytes { get; init; } = 32L << 20;

    /// <summary>Longest wait for a connection, for headers, or for the next bytes.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts in a row that bring nothing before a file is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Wait before the second attempt; doubles from there, with jitter.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The defaults, with what the environment says: HF_ENDPOINT, HF_TOKEN, GPTCUDA_OPENAI_ENDPOINT.</summary>
    /// <exception cref="ArgumentException">
    /// An endpoint in the environment is not an http or https address, or has a password in it, or the token cannot be one.
    /// </exception>
    public static DownloadOptions FromEnvironment()
    {
        DownloadOptions defaults = new();
        string? token = Environment.GetEnvironmentVariable(TokenVariable)?.Trim();
        // It goes into a header, which takes no others. The message does not show it: it may end in a log.
        if (token is not null && token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException($"{TokenVariable} has a space, a line break or a letter that is not ASCII, which no token has.");
        return defaults with
        {
            HuggingFaceEndpoint = Endpoint(HuggingFaceEndpointVariable) ?? defaults.HuggingFaceEndpoint,
            OpenAIEndpoint = Endpoint(OpenAIEndpointVariable) ?? defaults.OpenAIEndpoint,
            Token = string.IsNullOrEmpty(token) ? null : token,
        };
    }

    private static Uri? Endpoint(string variable)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (!Uri.TryCreate(text.Trim().TrimEnd('/'), UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new ArgumentException($"{variable} is \"{text}\"; an address like https://huggingface.co is expected.");
        // It would not be sent, but shown and kept with the model, as where that came from.
        return uri.UserInfo.Length == 0
            ? uri
            : throw new ArgumentException($"{variable} has a name or a password in its address, which are not sent; leave them out.");
    }
}
