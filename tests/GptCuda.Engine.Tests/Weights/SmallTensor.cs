using System.Buffers.Binary;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>A tensor of a <see cref="SmallModel"/> as a file has it.</summary>
internal sealed record SmallTensor(string Name, string Type, long[] Shape, byte[] Bytes)
{
    /// <summary>Encodes values that the type holds exactly.</summary>
    public static SmallTensor Encode(string name, string type, long[] shape, float[] values)
    {
        byte[] bytes = new byte[values.Length * (type == "F32" ? 4 : 2)];
        for (int i = 0; i < values.Length; i++)
        {
            switch (type)
            {
                case "F32":
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
                    break;
                case "F16":
                    BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)values[i]);
                    break;
                default:
                    BinaryPrimitives.WriteUInt16LittleEndian(
                        bytes.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
                    break;
            }
        }

        return new(name, type, shape, bytes);
    }
}
