using System.Collections.Immutable;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.HuggingFace;

/// <summary>
/// A model as transformers saves it: <c>config.json</c> with <c>model.safetensors</c>, or with the shards that
/// <c>model.safetensors.index.json</c> names. As in transformers, the single file counts where both are there.
/// </summary>
internal static class HuggingFaceDirectory
{
    /// <summary>The name of the file that holds all weights.</summary>
    public const string SingleFileName = "model.safetensors";

    private const string Prefix = "transformer.";

    /// <summary>Opens the directory and checks every tensor against the configuration. The caller disposes the source.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the configuration.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static IWeightSource Open(string directory)
    {
        List<string> notes = [];
        GptConfiguration configuration = HuggingFaceConfiguration.Read(Path.Combine(directory, HuggingFaceConfiguration.FileName), notes);
        List<SafetensorsFile> files = [];
        try
        {
            var found = RegularFile.IsPresent(Path.Combine(directory, SingleFileName))
                ? SingleFile(directory, files)
                : Shards(directory, files);
            configuration = configuration with { TiedEmbeddings = AreTied(configuration, found, notes) };
            List<StoredTensor> tensors = [];
            foreach (WeightShape wanted in WeightCatalog.Tensors(configuration))
            {
                if (!found.Remove(wanted.Name, out FoundTensor tensor))
                {
                    string where = files.Count == 1 ? files[0].File.Name : ShardIndex.FileName;
                    throw new InvalidDataException($"{wanted.Name}: expected {WeightCatalog.Text(wanted.Shape)}, not found in {where}");
                }

                tensors.Add(Check(wanted, tensor));
            }

            NoteUnread(configuration, found.Values, notes);
            return new MappedWeightSource(directory, configuration, tensors, [.. files.Select(file => file.File)], notes);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    private static Dictionary<string, FoundTensor> SingleFile(string directory, List<SafetensorsFile> files)
    {
        SafetensorsFile file = SafetensorsFile.Open(Path.Combine(directory, SingleFileName));
        files.Add(file);
        Dictionary<string, FoundTensor> found = new(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in file.Tensors.Values)
            Add(found, new(entry, file.File));
        return found;
    }

    private static Dictionary<string, FoundTensor> Shards(string directory, List<SafetensorsFile> files)
    {
        Dictionary<string, string> shards = ShardIndex.Read(Path.Combine(directory, ShardIndex.FileName));
        Dictionary<string, SafetensorsFile> opened = new(StringComparer.Ordinal);
        Dictionary<string, FoundTensor> found = new(StringComparer.Ordinal);
        foreach ((string name, string shard) in shards)
        {
            if (!opened.TryGetValue(shard, out SafetensorsFile? file))
            {
                file = SafetensorsFile.Open(Path.Combine(directory, shard));
                files.Add(file);
                opened.Add(shard, file);
            }

            if (!file.Tensors.TryGetValue(name, out SafetensorsEntry? entry))
            {
                throw new InvalidDataException(
                    $"{Printable.Text(name)}: {ShardIndex.FileName} says it is in {Printable.Text(shard)}, which does not have it");
            }

            Add(found, new(entry, file.File));
        }

        // What a shard has and the index does not mention is in the file all the same, and must not pass for absent.
        foreach (SafetensorsFile file in files)
        {
            foreach (SafetensorsEntry entry in file.Tensors.Values)
            {
                if (!shards.TryGetValue(entry.Name, out string? shard) || shard != file.File.Name)
                {
                    throw new InvalidDataException(
                        $"{Printable.Text(entry.Name)}: found in {file.File.Name}, where {ShardIndex.FileName} does not have it");
                }
            }
        }

        return found;
    }

    private static void Add(Dictionary<string, FoundTensor> found, FoundTensor tensor)
    {
        string name = WithoutPrefix(tensor.Entry.Name);
        if (!WeightCatalog.IsMaskBuffer(name) && !found.TryAdd(name, tensor))
            throw new InvalidDataException(
                $"{Printable.Text(name)} appears twice in {tensor.File.Name}, with and without the prefix {Prefix}");
    }

    private static string WithoutPrefix(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    /// <summary>
    /// An output embedding that equals the token embedding is a copy, whatever the configuration says; one that differs is used.
    /// </summary>
    /// <remarks>So do transformers since 5.0; before, the copy that was loaded last won.</remarks>
    private static bool AreTied(GptConfiguration configuration, Dictionary<string, FoundTensor> found, List<string> notes)
    {
        if (!found.TryGetValue(WeightCatalog.OutputEmbedding, out FoundTensor output)
            || !found.TryGetValue(WeightCatalog.TokenEmbedding, out FoundTensor input))
        {
            return configuration.TiedEmbeddings;
        }

        ImmutableArray<long> shape = [configuration.VocabularySize, configuration.Width];
        StoredTensor storedInput = Check(new(WeightCatalog.TokenEmbedding, shape), input);
        StoredTensor storedOutput = Check(new(WeightCatalog.OutputEmbedding, shape), output);
        if (storedInput.HasEqualValues(storedOutput))
        {
            found.Remove(WeightCatalog.OutputEmbedding);
            return true;
        }

        if (configuration.TiedEmbeddings)
        {
            notes.Add($"{WeightCatalog.OutputEmbedding} differs from {WeightCatalog.TokenEmbedding} and is used, although "
                + $"tie_word_embeddings is true in {HuggingFaceConfiguration.FileName} or left out");
        }

        return false;
    }

    private static StoredTensor Check(WeightShape wanted, FoundTensor tensor)
    {
        ElementType type = tensor.Entry.Type switch
        {
            "F32" => ElementType.F32,
            "F16" => ElementType.F16,
            "BF16" => ElementType.BF16,
            _ => throw new InvalidDataException(
                $"{wanted.Name}: expected F32, F16 or BF16, found {tensor.Entry.Type} in {tensor.File.Name}"),
        };
        if (!tensor.Entry.Shape.SequenceEqual(wanted.Shape))
        {
            throw new InvalidDataException(
                $"{wanted.Name}: expected {WeightCatalog.Text(wanted.Shape)}, "
                + $"found {WeightCatalog.Text(tensor.Entry.Shape)} in {tensor.File.Name}");
        }

        return new(new(wanted.Name, type, wanted.Shape), tensor.File, tensor.Entry.Offset);
    }

    /// <summary>
    /// Heads for other purposes (<c>score.weight</c>, <c>multiple_choice_head.*</c>) do not touch the text and are left unread; a
    /// tensor among the model's own that the configuration does not call for means that the two do not belong together.
    /// </summary>
    private static void NoteUnread(GptConfiguration configuration, IReadOnlyCollection<FoundTensor> unread, List<string> notes)
    {
        foreach (FoundTensor tensor in unread)
        {
            string name = WithoutPrefix(tensor.Entry.Name);
            if (WeightCatalog.IsInsideModel(name))
            {
                throw new InvalidDataException(
                    $"{Printable.Text(name)}: found in {tensor.File.Name}, but a GPT-2 of {configuration.LayerCount} "
                    + "layers has no such tensor");
            }
        }

        if (unread.Count > 0)
            notes.Add($"left unread: {Printable.Names([.. unread.Select(tensor => tensor.Entry.Name)])}");
    }

    private readonly record struct FoundTensor(SafetensorsEntry Entry, MappedFile File);
}
