using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Memory;

/// <summary>
/// A range of a GPU's memory, as <see cref="Span{T}"/> is of the host's. It owns nothing: it is valid while the
/// <see cref="DeviceBuffer{T}"/> or <see cref="DeviceArena"/> that it comes from is.
/// </summary>
/// <typeparam name="T">Element type; kernels know it as the same bytes.</typeparam>
public readonly record struct DeviceSpan<T>
    where T : unmanaged
{
    internal DeviceSpan(CUdeviceptr pointer, long length)
    {
        Pointer = pointer;
        Length = length;
    }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>Bytes.</summary>
    public unsafe long ByteLength => Length * sizeof(T);

    /// <summary>The address on the device, as a kernel's argument.</summary>
    public ulong Address => Pointer.Value;

    internal CUdeviceptr Pointer { get; }

    /// <summary>A part of the range.</summary>
    /// <param name="start">First element.</param>
    /// <param name="length">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    public unsafe DeviceSpan<T> Slice(long start, long length)
    {
        if (start < 0 || length < 0 || start > Length - length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), $"Elements {start} to {start + length} do not lie in a device span of {Length} elements.");
        }
        return new DeviceSpan<T>(new CUdeviceptr(Pointer.Value + ((ulong)start * (ulong)sizeof(T))), length);
    }

    /// <summary>The rest of the range from an element on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie inside.</exception>
    public DeviceSpan<T> Slice(long start) => Slice(start, Length - start);

    /// <summary>The same bytes as elements of another type.</summary>
    /// <exception cref="InvalidOperationException">The bytes are not a whole number of elements, or begin where one may not.</exception>
    public unsafe DeviceSpan<TOther> As<TOther>()
        where TOther : unmanaged
    {
        // A struct is aligned as its largest member is: no more than the largest power of two that divides its size.
        ulong alignment = Math.Min(16, (ulong)(sizeof(TOther) & -sizeof(TOther)));
        if (ByteLength % sizeof(TOther) != 0 || Address % alignment != 0)
        {
            throw new InvalidOperationException(
                $"{ByteLength} bytes at 0x{Address:x} are not elements of {sizeof(TOther)} bytes ({typeof(TOther).Name}).");
        }
        return new DeviceSpan<TOther>(Pointer, ByteLength / sizeof(TOther));
    }
}
