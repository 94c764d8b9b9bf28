using System.Buffers.Binary;
using System.Text;
using GptCuda.Engine;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Tests.Running;

/// <summary>
/// A model of the shape of 124M in Hugging Face's layout whose weights are all zero, stored as F16: every logit is equal.
/// </summary>
internal static class ZeroModel
{
    /// <summary>config.json; what it leaves out has the values of 124M.</summary>
    public const string Configuration = """{"model_type":"gpt2","eos_token_id":50256}""";

    /// <summary>The whole of model.safetensors.</summary>
    public static byte[] Weights()
    {
        (byte[] header, long dataLength) = Header();
        byte[] file = new byte[header.Length + dataLength];
        header.CopyTo(file, 0);
        return file;
    }

    /// <summary>Writes both files, the weights as a file of which only the header takes room on the disk.</summary>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Configuration);
        (byte[] header, long dataLength) = Header();
        using FileStream file = File.Create(Path.Combine(folder, "model.safetensors"));
        file.Write(header);
        file.SetLength(header.Length + dataLength);
    }

    /// <summary>What stands before the data, with its length, and the length of the data.</summary>
    private static (byte[] Header, long DataLength) Header()
    {
        GptConfiguration configuration = ReleasedSizes.Find("124M")!;
        StringBuilder json = new("{");
        long offset = 0;
        foreach (WeightShape tensor in WeightCatalog.Tensors(configuration))
        {
            long bytes = 2 * tensor.Shape.Aggregate(1L, (product, extent) => product * extent);
            json.Append($"{(offset == 0 ? "" : ",")}\"{tensor.Name}\":{{\"dtype\":\"F16\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{offset},{offset + bytes}]}}");
            offset += bytes;
        }
        byte[] text = Encoding.UTF8.GetBytes(json.Append('}').ToString());
        byte[] header = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, text.Length);
        text.CopyTo(header, 8);
        return (header, offset);
    }
}
