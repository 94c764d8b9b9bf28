using System.Collections.Immutable;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>Where a checkpoint keeps a tensor: the fields of TensorFlow's <c>BundleEntryProto</c>.</summary>
/// <param name="Name">As the checkpoint spells it, for example <c>model/h0/attn/c_attn/w</c>.</param>
/// <param name="Type">A number of TensorFlow's DataType: 1 is float, 14 bfloat16, 19 half.</param>
/// <param name="Shape">Row-major extents, none negative.</param>
/// <param name="Shard">Which data file holds it.</param>
/// <param name="Offset">Its first byte in that file.</param>
/// <param name="ByteCount">Bytes it takes.</param>
/// <param name="Checksum">Masked CRC-32C of those bytes.</param>
internal sealed record CheckpointEntry(
    string Name, int Type, ImmutableArray<long> Shape, int Shard, long Offset, long ByteCount, uint Checksum)
{
    /// <summary>Reads a BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto).</summary>
    /// <param name="file">The index's name, for messages.</param>
    /// <param name="name">The tensor's.</param>
    /// <param name="message">The encoded message.</param>
    /// <param name="shardCount">Number of data files.</param>
    /// <exception cref="InvalidDataException">The message is not one, or describes what no data file can hold.</exception>
    public static CheckpointEntry Parse(string file, string name, ReadOnlySpan<byte> message, int shardCount)
    {
        string what = $"{Printable.Text(name)} in {file}";
        long type = 0, shard = 0, offset = 0, byteCount = 0;
        uint checksum = 0;
        ImmutableArray<long> shape = [];
        ProtoReader reader = new(what, message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    type = reader.Integer();
                    break;
                case 2:
                    shape = ParseShape(what, reader.Bytes());
                    break;
                case 3:
                    shard = reader.Integer();
                    break;
                case 4:
                    offset = reader.Integer();
                    break;
                case 5:
                    byteCount = reader.Integer();
                    break;
                case 6:
                    checksum = reader.Fixed32();
                    break;
                case 7:
                    throw new InvalidDataException($"{what}: expected a tensor in one piece, found one in slices");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (shard < 0 || shard >= shardCount)
            throw new InvalidDataException($"{what}: expected a data file from 0 to {shardCount - 1}, found {shard}");
        if (offset < 0 || byteCount < 0 || offset > long.MaxValue - byteCount)
            throw new InvalidDataException($"{what}: expected a range of bytes, found {byteCount} at {offset}");
        return new(name, (int)Math.Clamp(type, 0, int.MaxValue), shape, (int)shard, offset, byteCount, checksum);
    }

    /// <summary>Reads a TensorShapeProto (tensorflow/core/framework/tensor_shape.proto).</summary>
    private static ImmutableArray<long> ParseShape(string what, ReadOnlySpan<byte> message)
    {
        const int MostDimensions = 16;
        var shape = ImmutableArray.CreateBuilder<long>();
        ProtoReader reader = new(what, message);
        while (reader.Next())
        {
            if (reader.Field != 2)
            {
                reader.Skip();
                continue;
            }

            long extent = 0;
            ProtoReader dimension = new(what, reader.Bytes());
            while (dimension.Next())
            {
                if (dimension.Field == 1)
                    extent = dimension.Integer();
                else
                    dimension.Skip();
            }

            if (extent < 0)
                throw new InvalidDataException($"{what}: expected extents of at least 0, found {extent}");
            if (shape.Count == MostDimensions)
                throw new InvalidDataException($"{what}: expected at most {MostDimensions} dimensions");
            shape.Add(extent);
        }

        return shape.DrainToImmutable();
    }
}
