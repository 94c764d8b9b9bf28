using System.Text.Json;
using GptCuda.Engine.Weights.HuggingFace;

namespace GptCuda.Engine.Download;

/// <summary>A repository of the Hugging Face hub in GPT-2's layout.</summary>
internal sealed class HuggingFaceRepository(
    string repository, DownloadOptions options, RemoteProbe probe, IDownloadObserver observer) : IModelHost
{
    private const string Configuration = HuggingFaceConfiguration.FileName;
    private const string Vocabulary = "vocab.json";
    private const string Merges = "merges.txt";
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    /// <summary>An index names a few hundred tensors; even a huge one is far below this.</summary>
    private const long MostIndexBytes = 64 << 20;

    public string Description => $"{options.HuggingFaceEndpoint.AbsoluteUri.TrimEnd('/')}/{repository}";

    public string? Revision => options.Revision;

    public async Task<IReadOnlyList<RemoteFile>> ListAsync(CancellationToken cancellation)
    {
        RemoteFile configuration = await probe.DescribeAsync(Configuration, Address(Configuration), cancellation).ConfigureAwait(false)
            ?? throw new DownloadException(
                $"{Description} has no {Configuration} at revision {options.Revision}: is that the repository's full name?");
        await CheckAsync(configuration, cancellation).ConfigureAwait(false);
        List<RemoteFile> files = [configuration];
        RemoteFile? vocabulary = await probe.DescribeAsync(Vocabulary, Address(Vocabulary), cancellation).ConfigureAwait(false);
        RemoteFile? merges = await probe.DescribeAsync(Merges, Address(Merges), cancellation).ConfigureAwait(false);
        // One without the other is of no use, and a folder with half a vocabulary is refused as damaged.
        if (vocabulary is not null && merges is not null)
            files.AddRange([vocabulary, merges]);
        else
            observer.Said($"{repository} has no {(vocabulary is null ? Vocabulary : Merges)}; without it the model runs on token ids only");
        if (await probe.DescribeAsync(SingleFile, Address(SingleFile), cancellation).ConfigureAwait(false) is { } weights)
        {
            files.Add(weights);
        }
        else
        {
            RemoteFile index = await probe.DescribeAsync(IndexFile, Address(IndexFile), cancellation).ConfigureAwait(false)
                ?? throw new DownloadException(
                    $"{Description} has neither {SingleFile} nor {IndexFile} at revision {options.Revision}; "
                    + "other weight formats are not read.");
            files.Add(index);
            foreach (string shard in Shards(await probe.ReadAsync(index, MostIndexBytes, cancellation).ConfigureAwait(false)))
                files.Add(await probe.DescribeAsync(shard, Address(shard), cancellation).ConfigureAwait(false)
                    ?? throw new DownloadException($"{Description} has no {shard}, which {IndexFile} names."));
        }
        string[] commits = [.. files.Select(file => file.Revision).OfType<string>().Distinct()];
        return commits.Length <= 1
            ? files
            : throw new DownloadException(
                $"{Description} changed while it was being read: commits {string.Join(", ", commits)}. Try again.");
    }

    /// <summary>A few hundred bytes, read before anything else is asked for, that may save gigabytes: is this GPT-2?</summary>
    private async Task CheckAsync(RemoteFile configuration, CancellationToken cancellation)
    {
        byte[] content = await probe.ReadAsync(configuration, HuggingFaceConfiguration.LargestFile, cancellation).ConfigureAwait(false);
        try
        {
            _ = HuggingFaceConfiguration.Parse(content, []);
        }
        catch (InvalidDataException e)
        {
            throw new DownloadException($"{Description} is no GPT-2 that can be run here: {e.Message}", e);
        }
    }

    private Uri Address(string file) =>
        new($"{Description}/resolve/{Uri.EscapeDataString(options.Revision)}/{Uri.EscapeDataString(file)}");

    private static SortedSet<string> Shards(byte[] index)
    {
        SortedSet<string> shards = new(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(index);
            foreach (JsonProperty tensor in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                string shard = tensor.Value.GetString() ?? "";
                // The name becomes a path on this machine: nothing but a plain file name may come from a server.
                if (!shard.EndsWith(".safetensors", StringComparison.Ordinal) || shard.StartsWith('.')
                    || shard.AsSpan().ContainsAny("/\\:") || shard.Any(char.IsControl))
                    throw new DownloadException($"{IndexFile}: \"{shard}\" is no name of a weight file in the same folder.");
                shards.Add(shard);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DownloadException($"{IndexFile}: not a safetensors index: {e.Message}", e);
        }
        return shards.Count > 0 ? shards : throw new DownloadException($"{IndexFile}: the weight map is empty.");
    }
}
