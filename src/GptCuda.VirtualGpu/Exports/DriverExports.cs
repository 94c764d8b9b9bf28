using System.Runtime.CompilerServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>
/// The exports of libcuda. Names, order and widths of parameters are those of CUDA's headers; what each does is in CUDA's
/// documentation of its driver interface, and where something is decided that it leaves open, a comment says so.
/// </summary>
internal static unsafe partial class DriverExports
{
    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new DriverException(CUDA_ERROR_INVALID_VALUE, otherwise);
    }

    private static void Require(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref RefusalText otherwise)
    {
        if (!condition)
            throw new DriverException(CUDA_ERROR_INVALID_VALUE, otherwise.ToStringAndClear());
    }

    private static void RequirePointer(void* pointer) => Require(pointer is not null, "a pointer is null.");

    private static void RequireDevice(int device)
    {
        if (device != 0)
            throw new DriverException(CUDA_ERROR_INVALID_DEVICE, $"device {device}; there is one, number 0.");
    }

    /// <summary>Copies a text with its terminating zero, cut to the room that there is.</summary>
    private static void CopyText(string text, byte* destination, int room)
    {
        RequirePointer(destination);
        Require(room > 0, $"the buffer has {room} bytes.");
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, room - 1);
        bytes.AsSpan(0, length).CopyTo(new Span<byte>(destination, length));
        destination[length] = 0;
    }

    /// <summary>
    /// Gives a list to a caller's arrays in the manner of the graph queries: without an array only the count; else as many as fit,
    /// null in the room that is left, and the count of those given.
    /// </summary>
    private static void GiveList(IReadOnlyList<nint> items, nint* array, nuint* count)
    {
        RequirePointer(count);
        if (array is null)
        {
            *count = (nuint)items.Count;
            return;
        }
        for (nuint i = 0; i < *count; i++)
            array[i] = i < (nuint)items.Count ? items[(int)i] : 0;
        *count = Math.Min(*count, (nuint)items.Count);
    }
}
