using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Download;

/// <summary>
/// Fetches a model into the folder where names are looked up. The files gather in a folder beside it, which no look-up takes;
/// only when all are there, verified, opened and shape-checked does that folder get the model's name, in one rename.
/// </summary>
public static class ModelDownload
{
    /// <summary>Headroom left on the disk beyond the files themselves.</summary>
    private const long SpareBytes = 16 << 20;

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>Downloads a model, or goes on where an earlier attempt stopped. Does nothing where the model is already there.</summary>
    /// <param name="name">124M, 355M, 774M, 1558M, or a Hugging Face repository id.</param>
    /// <param name="modelsDirectory">The folder of models, or null for <see cref="ModelDirectory.Root"/>'s choice.</param>
    /// <param name="options">Source and patience.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops; what was fetched is kept for the next attempt.</param>
    /// <returns>The model's folder.</returns>
    /// <exception cref="ArgumentException">The name is neither a size nor a repository id, or the source does not have it.</exception>
    /// <exception cref="DownloadException">Something could not be fetched or is not what was promised; the message has both.</exception>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public static async Task<string> RunAsync(
        string name, string? modelsDirectory, DownloadOptions options, IDownloadObserver observer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(observer);
        if (!ModelDirectory.IsName(name) || (!name.Contains('/') && !OfficialModels.Repositories.ContainsKey(name)))
            throw new ArgumentException(
                $"\"{name}\" is neither a size ({string.Join(", ", OfficialModels.Repositories.Keys)}) nor a repository id like openai-community/gpt2.");
        if (options.Source == DownloadSource.OpenAI && !OfficialModels.Repositories.ContainsKey(name))
            throw new ArgumentException($"OpenAI published {string.Join(", ", OfficialModels.Repositories.Keys)}, not \"{name}\".");

        string target = Path.GetFullPath(ModelDirectory.PathOf(name, modelsDirectory));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using FileStream held = await LockAsync(Sibling(target, ".lock"), name, observer, cancellation).ConfigureAwait(false);
        if (Directory.Exists(target))
        {
            CheckExisting(name, target);
            observer.Said($"{name} is already in {target}");
            return target;
        }

        using HttpTransport transport = new(options);
        RemoteProbe probe = new(transport, options, observer);
        IModelHost host = options.Source == DownloadSource.OpenAI
            ? new OpenAIModel(name, options, probe)
            : new HuggingFaceRepository(OfficialModels.Repositories.GetValueOrDefault(name, name), options, probe, observer);
        IReadOnlyList<RemoteFile> files = await host.ListAsync(cancellation).ConfigureAwait(false);

        string staging = Directory.CreateDirectory(Sibling(target, ".partial")).FullName;
        RemoveStrangers(staging, files);
        List<RemoteFile> missing = await MissingAsync(staging, files, cancellation).ConfigureAwait(false);
        long present = files.Sum(file => file.Length) - missing.Sum(file => file.Length)
            + missing.Sum(file => PartialFile.PresentAt(Path.Combine(staging, file.Name), file));
        observer.Planned(host.Description, files, present, target);
        RequireSpace(staging, files.Sum(file => file.Length) - present);

        foreach (RemoteFile file in missing)
            await new FileDownload(transport, file, options, observer).RunAsync(Path.Combine(staging, file.Name), cancellation)
                .ConfigureAwait(false);

        try
        {
            Check(staging);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            Directory.Delete(staging, recursive: true);
            throw new DownloadException($"{name}: the files arrived as their server has them, but are no model: {e.Message}", e);
        }
        new Provenance
        {
            Model = name,
            Source = host.Description,
            Revision = host.Revision,
            Commit = files.Select(file => file.Revision).FirstOrDefault(commit => commit is not null),
            Completed = DateTimeOffset.UtcNow,
            Files = [.. files.Select(file => new VerifiedFile(file.Name, file.Length, file.Hash?.AlgorithmName, file.Hash?.Hex))],
        }.Write(staging);
        Directory.Move(staging, target);
        return target;
    }

    private static string Sibling(string target, string suffix) =>
        Path.Combine(Path.GetDirectoryName(target)!, "." + Path.GetFileName(target) + suffix);

    /// <summary>Opens the model, which checks every tensor's name, type and shape, and the vocabulary where there is one.</summary>
    private static void Check(string directory)
    {
        using IWeightSource weights = WeightSource.Open(directory);
        if (Tokenizer.IsIn(directory))
            Tokenizer.Load(directory);
    }

    private static void CheckExisting(string name, string target)
    {
        try
        {
            Check(target);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new DownloadException($"{target} is there but is no usable model ({e.Message}). Remove it to download {name} again.", e);
        }
    }

    private static async Task<FileStream> LockAsync(string path, string name, IDownloadObserver observer, CancellationToken cancellation)
    {
        for (bool said = false; ; said = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!said)
                    observer.Said($"another process is downloading {name}; waiting for it");
                await Task.Delay(LockPoll, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes what the list does not name: files of another revision, or of the other source.</summary>
    private static void RemoveStrangers(string staging, IReadOnlyList<RemoteFile> files)
    {
        HashSet<string> known = [.. files.SelectMany(file => (string[])[file.Name, file.Name + ".part", file.Name + ".part.json"])];
        foreach (string path in Directory.EnumerateFiles(staging))
        {
            if (!known.Contains(Path.GetFileName(path)))
                File.Delete(path);
        }
    }

    /// <summary>Files that an earlier attempt did not finish, or finished with content that the source no longer has.</summary>
    private static async Task<List<RemoteFile>> MissingAsync(string staging, IReadOnlyList<RemoteFile> files, CancellationToken cancellation)
    {
        List<RemoteFile> missing = [];
        foreach (RemoteFile file in files)
        {
            string path = Path.Combine(staging, file.Name);
            bool finished = new FileInfo(path) is { Exists: true } found && found.Length == file.Length
                && (file.Hash is null || await file.Hash.ComputeAsync(path, cancellation).ConfigureAwait(false) == file.Hash.Hex);
            if (!finished)
                missing.Add(file);
        }
        return missing;
    }

    private static void RequireSpace(string directory, long needed)
    {
        long free = new DriveInfo(directory).AvailableFreeSpace;
        if (needed + SpareBytes > free)
            throw new DownloadException(
                $"{directory} has {free >> 20} MiB free; the download needs {(needed + SpareBytes) >> 20} MiB more.");
    }
}
