using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;
using GptCuda.Engine.Weights.Files;

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
        if (!OfficialModels.IsDownloadable(name))
            throw new ArgumentException(
                $"\"{name}\" is neither a size ({string.Join(", ", OfficialModels.Repositories.Keys)}) nor a "
                + "repository id like openai-community/gpt2.");
        if (options.Source == DownloadSource.OpenAI && !OfficialModels.Repositories.ContainsKey(name))
            throw new ArgumentException($"OpenAI published {string.Join(", ", OfficialModels.Repositories.Keys)}, not \"{name}\".");

        string root = Path.GetFullPath(ModelDirectory.Root(modelsDirectory));
        string target = Path.GetFullPath(ModelDirectory.PathOf(name, root));
        // The name stands only for what is whole, so that this needs no lock, and no right to write.
        if (IsThere(name, target, options, observer))
            return target;
        try
        {
            using ModelLock held = await LockAsync(name, root, target, observer, cancellation).ConfigureAwait(false);
            if (IsThere(name, target, options, observer))
                return target;
            try
            {
                await FetchAsync(name, target, options, observer, cancellation).ConfigureAwait(false);
                return target;
            }
            finally
            {
                RemoveEmpty(Staging(target));
            }
        }
        finally
        {
            // The owner's folder, which other models may be in or about to be put in.
            if (name.Contains('/'))
                RemoveEmpty(Path.GetDirectoryName(target)!);
        }
    }

    private static async Task FetchAsync(
        string name, string target, DownloadOptions options, IDownloadObserver observer, CancellationToken cancellation)
    {
        using HttpTransport transport = new(options);
        RemoteProbe probe = new(transport, options, observer);
        IModelHost host = options.Source == DownloadSource.OpenAI
            ? new OpenAIModel(name, options, probe)
            : new HuggingFaceRepository(OfficialModels.Repositories.GetValueOrDefault(name, name), options, probe, observer);
        IReadOnlyList<RemoteFile> files = await host.ListAsync(cancellation).ConfigureAwait(false);

        string staging = Directory.CreateDirectory(Staging(target)).FullName;
        RemoveStrangers(staging, files.SelectMany(file => PartialFile.Names(file.Name)));
        List<RemoteFile> missing = await MissingAsync(staging, files, cancellation).ConfigureAwait(false);
        Dictionary<RemoteFile, long> found = files.ToDictionary(
            file => file, file => missing.Contains(file) ? PartialFile.PresentAt(Path.Combine(staging, file.Name), file) : file.Length);
        long present = found.Values.Sum();
        observer.Planned(host.Description, files, present, target);
        foreach ((RemoteFile file, long bytes) in found)
            observer.Advanced(file, bytes);
        RequireSpace(staging, files.Sum(file => file.Length) - present);

        foreach (RemoteFile file in missing)
            await new FileDownload(transport, file, options, observer).RunAsync(Path.Combine(staging, file.Name), cancellation)
                .ConfigureAwait(false);

        RemoveStrangers(staging, files.Select(file => file.Name));
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
        DirectoryEntries.Flush(Path.GetDirectoryName(target)!);
    }

    /// <summary>Where the files gather until they are a model.</summary>
    private static string Staging(string target) => Sibling(target, ".partial");

    private static string Sibling(string target, string suffix) =>
        Path.Combine(Path.GetDirectoryName(target)!, "." + Path.GetFileName(target) + suffix);

    /// <summary>Opens the model, which checks every tensor's name, type and shape, and the vocabulary where there is one.</summary>
    private static void Check(string directory)
    {
        using IWeightSource weights = WeightSource.Open(directory);
        if (Tokenizer.IsIn(directory))
            Tokenizer.Load(directory);
    }

    /// <returns>Where it came from, for a message; empty where that is not recorded.</returns>
    private static string CheckExisting(string name, string target, DownloadOptions options)
    {
        Provenance? held = Provenance.Read(target);
        if (options.Revision != DownloadOptions.DefaultRevision && held?.Revision is { } revision
            && options.Revision != revision && options.Revision != held.Commit)
            throw new DownloadException(
                $"{target} holds revision {revision}, not {options.Revision}. Remove it to download that one.");
        try
        {
            Check(target);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new DownloadException($"{target} is there but is no usable model ({e.Message}). Remove it to download {name} again.", e);
        }
        return held is null ? "" : $", from {held.Source}";
    }

    private static async Task<ModelLock> LockAsync(
        string name, string root, string target, IDownloadObserver observer, CancellationToken cancellation)
    {
        try
        {
            return await ModelLock.TakeAsync(
                Sibling(target, ".lock"),
                () => observer.Said($"another process is downloading {name}; waiting for it"),
                LockPoll,
                cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DownloadException(
                $"{root}: no model can be put there: {SystemError.ReasonOf(e)}. Another folder: "
                + $"--models_dir or {ModelDirectory.EnvironmentVariable}",
                e);
        }
    }

    private static bool IsThere(string name, string target, DownloadOptions options, IDownloadObserver observer)
    {
        // Found out now, and not after gigabytes, when the folder of that name cannot be made.
        if (File.Exists(target))
            throw new DownloadException($"{target} is a file, where the folder of {name} is to be. Remove it to download {name}.");
        if (!Directory.Exists(target))
            return false;
        observer.Said($"{name} is already in {target}{CheckExisting(name, target, options)}");
        return true;
    }

    /// <summary>Removes a folder with nothing in it; another process may be about to put something there.</summary>
    private static void RemoveEmpty(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not empty, not there, or not ours.
        }
    }

    /// <summary>Removes what the list does not name: files of another revision or of the other source, states that a kill left.</summary>
    private static void RemoveStrangers(string staging, IEnumerable<string> names)
    {
        HashSet<string> known = [.. names];
        foreach (string path in Directory.EnumerateFiles(staging))
        {
            if (!known.Contains(Path.GetFileName(path)))
                File.Delete(path);
        }
    }

    /// <summary>Files that an earlier attempt did not finish, or finished with content that the source no longer has.</summary>
    private static async Task<List<RemoteFile>> MissingAsync(
        string staging, IReadOnlyList<RemoteFile> files, CancellationToken cancellation)
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
        if (FreeSpace.At(directory) is { } free && needed + SpareBytes > free)
            throw new DownloadException(
                $"{directory} has {free >> 20} MiB free; the download takes {(needed + SpareBytes) >> 20} MiB.");
    }
}
