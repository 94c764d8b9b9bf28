using System.Collections.Immutable;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.HuggingFace;

/// <summary>
/// Reads a safetensors header: a JSON object of tensors, each with <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>, and an
/// optional <c>__metadata__</c>. Held to what the format's own implementation enforces: ranges that fit type and shape, and cover
/// the data from its beginning to its end without gap or overlap.
/// </summary>
internal static class SafetensorsHeader
{
    private const int MostDimensions = 16;

    /// <summary>Reads the header.</summary>
    /// <param name="utf8">The header's bytes.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="dataStart">Where the data begins in the file; entries' offsets count from the beginning of the file.</param>
    /// <param name="dataLength">Bytes of data.</param>
    /// <exception cref="InvalidDataException">The header is not in the format.</exception>
    public static Dictionary<string, SafetensorsEntry> Parse(ReadOnlySpan<byte> utf8, string file, long dataStart, long dataLength)
    {
        Dictionary<string, SafetensorsEntry> tensors = new(StringComparer.Ordinal);
        JsonCursor json = new(utf8, file);
        bool metadata = false;
        json.Begin();
        json.EnterObject("the header");
        while (json.NextProperty(out string? name))
        {
            if (name == "__metadata__")
            {
                if (metadata)
                    throw json.Duplicate(name);
                metadata = true;
                json.EnterObject(name);
                json.Skip();
            }
            else if (!tensors.TryAdd(name, Tensor(ref json, name, file, dataStart, dataLength)))
            {
                throw json.Duplicate(name);
            }
        }

        json.End();
        CheckCoverage(tensors.Values, file, dataStart, dataLength);
        return tensors;
    }

    private static SafetensorsEntry Tensor(ref JsonCursor json, string name, string file, long dataStart, long dataLength)
    {
        string? type = null;
        ImmutableArray<long> shape = default, range = default;
        json.EnterObject(name);
        while (json.NextProperty(out string? field))
        {
            switch (field)
            {
                case "dtype" when type is null:
                    type = json.String($"{name}: dtype");
                    break;
                case "shape" when shape.IsDefault:
                    shape = Integers(ref json, $"{name}: shape", MostDimensions);
                    break;
                case "data_offsets" when range.IsDefault:
                    range = Integers(ref json, $"{name}: data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw json.Duplicate($"{name}: {field}");
                default:
                    throw new InvalidDataException(
                        $"{Printable.Text(name)}: expected dtype, shape and data_offsets, found {Printable.Text(field)} in {file}");
            }
        }

        string shown = Printable.Text(name);
        if (type is null || shape.IsDefault || range.IsDefault)
        {
            string missing = type is null ? "dtype" : shape.IsDefault ? "shape" : "data_offsets";
            throw new InvalidDataException($"{shown}: {missing} is missing in {file}");
        }

        long size = SizeOf(type)
            ?? throw new InvalidDataException($"{shown}: expected a type of safetensors, found {Printable.Text(type)} in {file}");
        if (range.Length != 2 || range[0] > range[1] || range[1] > dataLength)
        {
            throw new InvalidDataException(
                $"{shown}: expected data_offsets in order within {dataLength} bytes, found {WeightCatalog.Text(range)} in {file}");
        }

        if (range[0] % size != 0)
            throw new InvalidDataException(
                $"{shown}: expected data_offsets at a multiple of {size} for {type}, found {range[0]} in {file}");
        long byteCount = range[1] - range[0];
        if (ByteCount(shape, size) != byteCount)
        {
            string expected = ByteCount(shape, size)?.ToString() ?? "more than 2^63";
            throw new InvalidDataException(
                $"{shown}: expected {expected} bytes for {type} {WeightCatalog.Text(shape)}, found {byteCount} in {file}");
        }

        return new(name, type, shape, dataStart + range[0], byteCount);
    }

    private static ImmutableArray<long> Integers(ref JsonCursor json, string what, int most)
    {
        var values = ImmutableArray.CreateBuilder<long>();
        json.EnterArray(what);
        while (json.NextElement())
        {
            if (values.Count == most)
                throw json.Unexpected(what, $"at most {most} numbers");
            long value = json.Integer(what);
            if (value < 0)
                throw json.Unexpected(what, "numbers of at least 0");
            values.Add(value);
        }

        return values.DrainToImmutable();
    }

    private static void CheckCoverage(IEnumerable<SafetensorsEntry> tensors, string file, long dataStart, long dataLength)
    {
        long end = dataStart;
        string before = "the header";
        foreach (SafetensorsEntry tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteCount))
        {
            string name = Printable.Text(tensor.Name);
            if (tensor.Offset != end)
            {
                string wrong = tensor.Offset < end ? "overlaps" : "leaves a gap after";
                throw new InvalidDataException(
                    $"{name}: {wrong} {before}: expected data_offsets from {end - dataStart}, found {tensor.Offset - dataStart} in {file}");
            }

            end = tensor.Offset + tensor.ByteCount;
            before = name;
        }

        if (end - dataStart != dataLength)
            throw new InvalidDataException($"{file}: expected {end - dataStart} bytes of tensors after the header, found {dataLength}");
    }

    /// <summary>Bytes that a shape takes, or null where the product does not fit in 63 bits.</summary>
    private static long? ByteCount(ImmutableArray<long> shape, long size)
    {
        // A zero anywhere makes the product zero, however large the other extents are.
        if (shape.Contains(0))
            return 0;
        UInt128 product = (UInt128)size;
        foreach (long extent in shape)
        {
            product *= (UInt128)extent;
            if (product > long.MaxValue)
                return null;
        }

        return (long)product;
    }

    private static long? SizeOf(string type) => type switch
    {
        "F64" or "I64" or "U64" or "C64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
        _ => null,
    };
}
