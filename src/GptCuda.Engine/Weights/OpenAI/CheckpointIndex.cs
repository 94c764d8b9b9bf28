using System.Text;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>
/// A TensorFlow checkpoint's index: a table whose first value, under the empty key, is a BundleHeaderProto, and whose others are
/// BundleEntryProtos under the tensors' names (tensorflow/core/util/tensor_bundle).
/// </summary>
internal sealed class CheckpointIndex
{
    /// <summary>The file's name.</summary>
    public const string FileName = "model.ckpt.index";

    /// <summary>Six hundred tensors take 30 KB; a file near this limit is none of GPT-2's.</summary>
    private const int LargestFile = 16 << 20;

    /// <summary>The data files' names have five digits for their number.</summary>
    private const int MostShards = 99999;

    /// <summary>The version of the format that this reader knows (kTensorBundleVersion).</summary>
    private const int KnownVersion = 1;

    private CheckpointIndex(int shardCount, IReadOnlyList<CheckpointEntry> entries)
    {
        ShardCount = shardCount;
        Entries = entries;
    }

    /// <summary>Number of data files.</summary>
    public int ShardCount { get; }

    /// <summary>The tensors in the order of their names' bytes, so that <c>h10</c> stands before <c>h2</c>; no name twice.</summary>
    public IReadOnlyList<CheckpointEntry> Entries { get; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">The file is not such an index, or a checksum differs.</exception>
    public static CheckpointIndex Read(string path) => Parse(RegularFile.ReadAllBytes(path, LargestFile));

    /// <summary>Reads the content of the file.</summary>
    /// <exception cref="InvalidDataException">It is not such an index, or a checksum differs.</exception>
    public static CheckpointIndex Parse(ReadOnlySpan<byte> table)
    {
        int? shardCount = null;
        List<CheckpointEntry> entries = [];
        CheckpointTable.ReadAll(FileName, table, (key, value) =>
        {
            if (shardCount is not int count)
            {
                if (!key.IsEmpty)
                    throw new InvalidDataException(
                        $"{FileName}: expected a header under the empty key, found {Printable.Text(Name(key))} first");
                shardCount = ParseHeader(value);
                return;
            }

            entries.Add(CheckpointEntry.Parse(FileName, Name(key), value, count));
        });
        return shardCount is int shards ? new(shards, entries) : throw new InvalidDataException($"{FileName}: the table is empty");
    }

    /// <summary>The name of a data file: <c>model.ckpt.data-00000-of-00001</c>.</summary>
    public string DataFileName(int shard) => $"model.ckpt.data-{shard:D5}-of-{ShardCount:D5}";

    /// <summary>One character a byte, so that different keys stay different whatever they contain; real names are ASCII.</summary>
    private static string Name(ReadOnlySpan<byte> key) => Encoding.Latin1.GetString(key);

    /// <summary>Reads a BundleHeaderProto and gives the number of data files.</summary>
    private static int ParseHeader(ReadOnlySpan<byte> message)
    {
        string what = $"header in {FileName}";
        long shards = 0, endianness = 0, minimumReader = 0;
        ProtoReader reader = new(what, message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    shards = reader.Integer();
                    break;
                case 2:
                    endianness = reader.Integer();
                    break;
                case 3:
                    minimumReader = ParseMinimumReader(what, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (shards is < 1 or > MostShards)
            throw new InvalidDataException($"{what}: expected 1 to {MostShards} data files, found {shards}");
        if (endianness != 0)
            throw new InvalidDataException($"{what}: expected little-endian data (0), found {endianness}");
        if (minimumReader > KnownVersion)
            throw new InvalidDataException(
                $"{what}: expected a format that version {KnownVersion} can read, found one for version {minimumReader}");
        return (int)shards;
    }

    /// <summary>Reads min_consumer of a VersionDef (tensorflow/core/framework/versions.proto).</summary>
    private static long ParseMinimumReader(string what, ReadOnlySpan<byte> message)
    {
        long minimum = 0;
        ProtoReader reader = new(what, message);
        while (reader.Next())
        {
            if (reader.Field == 2)
                minimum = reader.Integer();
            else
                reader.Skip();
        }

        return minimum;
    }
}
