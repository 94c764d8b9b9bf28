using System.Buffers.Binary;
using System.Text.Json;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>A second, plain reader of safetensors files, against which the engine's is held.</summary>
internal static class SafetensorsOracle
{
    /// <summary>Every tensor of a file by its name in the file, as f32.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        Dictionary<string, (long[], float[])> tensors = [];
        foreach (JsonProperty property in header.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
                continue;
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64())];
            int begin = 8 + headerLength + property.Value.GetProperty("data_offsets")[0].GetInt32();
            float[] values = new float[shape.Aggregate(1L, (product, extent) => product * extent)];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = property.Value.GetProperty("dtype").GetString() switch
                {
                    "F32" => BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(begin + 4 * i)),
                    "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(file.AsSpan(begin + 2 * i)),
                    "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(begin + 2 * i)) << 16),
                    var type => throw new NotSupportedException(type),
                };
            }

            tensors.Add(property.Name, (shape, values));
        }

        return tensors;
    }
}
