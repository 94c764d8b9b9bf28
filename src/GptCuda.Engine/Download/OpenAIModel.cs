namespace GptCuda.Engine.Download;

/// <summary>One of the checkpoints that OpenAI published with GPT-2.</summary>
internal sealed class OpenAIModel(string size, DownloadOptions options, RemoteProbe probe) : IModelHost
{
    /// <summary>The files of a model, the small ones first. The last two make up the checkpoint with its index.</summary>
    private static readonly string[] Names =
    [
        "checkpoint", "encoder.json", "hparams.json", "vocab.bpe", "model.ckpt.index", "model.ckpt.meta",
        "model.ckpt.data-00000-of-00001",
    ];

    /// <summary>SHA-256 of the vocabulary, which is the same for all sizes.</summary>
    private static readonly Dictionary<string, string> KnownHashes = new()
    {
        ["encoder.json"] = "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
        ["vocab.bpe"] = "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    };

    public string Description => $"{options.OpenAIEndpoint.AbsoluteUri.TrimEnd('/')}/{size}";

    public string? Revision => null;

    public async Task<IReadOnlyList<RemoteFile>> ListAsync(CancellationToken cancellation)
    {
        List<RemoteFile> files = [];
        foreach (string name in Names)
        {
            RemoteFile file = await probe.DescribeAsync(name, new Uri($"{Description}/{name}"), cancellation).ConfigureAwait(false)
                ?? throw new DownloadException($"{Description} has no {name}.");
            files.Add(KnownHashes.TryGetValue(name, out string? known)
                ? file with { Hash = new ContentHash(HashAlgorithmKind.Sha256, known) }
                : file);
        }
        return files;
    }
}
