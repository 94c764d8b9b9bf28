namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>Integers of one to ten bytes, seven bits each, low ones first: those of protocol buffers and of LevelDB.</summary>
internal static class Varint
{
    /// <summary>Takes a number from the front of <paramref name="bytes"/>; false where they end within it, or it exceeds 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            byte part = bytes[i];
            // The tenth byte has room for one bit.
            if (i == 9 && part > 1)
                return false;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
