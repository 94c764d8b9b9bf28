using System.Text;
using static GptCuda.VirtualGpu.Driver.CUjit_option;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>The caller's buffers for what the loader has to say about an image.</summary>
internal readonly unsafe struct JitLog
{
    private readonly byte* _errors;
    private readonly uint _room;
    private readonly void** _written;

    private JitLog(byte* errors, uint room, void** written)
    {
        _errors = errors;
        _room = room;
        _written = written;
    }

    /// <summary>
    /// Finds the buffers among the options of cuModuleLoadDataEx. Sizes stand in the pointers themselves; bytes written are put in
    /// their places, none to begin with.
    /// </summary>
    /// <exception cref="DriverException">An option's number is none.</exception>
    public static JitLog Of(uint count, CUjit_option* options, void** values)
    {
        byte* errors = null;
        uint room = 0;
        void** written = null;
        for (uint i = 0; i < count; i++)
        {
            switch (options[i])
            {
                case CU_JIT_ERROR_LOG_BUFFER:
                    errors = (byte*)values[i];
                    break;
                case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES:
                    written = values + i;
                    room = (uint)(nuint)values[i];
                    values[i] = null;
                    break;
                case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
                    values[i] = null;
                    break;
                case < 0 or >= CU_JIT_NUM_OPTIONS:
                    throw new DriverException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{(int)options[i]} is no option.");
            }
        }
        return new JitLog(errors, room, written);
    }

    /// <summary>Writes a text with a zero byte behind it, cut to the room that there is.</summary>
    /// <returns>False when the caller gave no room.</returns>
    public bool Write(string text)
    {
        if (_errors is null || _room == 0)
            return false;
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        int length = (int)Math.Min((uint)encoded.Length, _room - 1);
        encoded.AsSpan(0, length).CopyTo(new Span<byte>(_errors, length));
        _errors[length] = 0;
        if (_written is not null)
            *_written = (void*)(length + 1);
        return true;
    }
}
