using System.Text;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>The caller's buffer for what is wrong with an image: CU_JIT_ERROR_LOG_BUFFER and its size.</summary>
internal readonly unsafe struct JitLog
{
    private const int ErrorBuffer = 5, ErrorBufferBytes = 6;
    private readonly byte* _buffer;
    private readonly int _bytes;

    private JitLog(byte* buffer, int bytes) => (_buffer, _bytes) = (buffer, bytes);

    /// <summary>Finds the buffer among the options of cuModuleLoadDataEx; values stand in the pointers themselves.</summary>
    public static JitLog Of(uint count, int* options, void** values)
    {
        byte* buffer = null;
        int bytes = 0;
        for (uint i = 0; i < count; i++)
        {
            if (options[i] == ErrorBuffer)
                buffer = (byte*)values[i];
            else if (options[i] == ErrorBufferBytes)
                bytes = (int)(nint)values[i];
        }
        return new JitLog(buffer, bytes);
    }

    /// <summary>Writes a text, cut to the room that there is.</summary>
    public void Write(string text)
    {
        if (_buffer is null || _bytes < 1)
            return;
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(encoded.Length, _bytes - 1);
        encoded.AsSpan(0, length).CopyTo(new Span<byte>(_buffer, length));
        _buffer[length] = 0;
    }
}
