using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Launching;

/// <summary>
/// The arguments of one launch, in the order of the kernel's parameters, copied into a buffer on the stack. A typed launcher
/// fills one and gives it to <see cref="Kernel.Launch(Streams.CudaStream, in LaunchShape, ref KernelArguments, LaunchOptions)"/>.
/// </summary>
/// <remarks>
/// The driver reads each argument with the size that the kernel declares, so types must agree with the kernel's: f32 float,
/// u32 uint, u64 and pointers ulong or a <see cref="DeviceSpan{T}"/>.
/// </remarks>
public ref struct KernelArguments
{
    /// <summary>Most arguments of a launch.</summary>
    public const int MaxCount = 24;

    private const int Slots = 40;

    private Values _values;
    private Starts _starts;
    private int _used;

    /// <summary>Arguments so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a number, or a struct whose layout is that of the kernel's.</summary>
    /// <exception cref="InvalidOperationException">There are too many, or they take too much room.</exception>
    public void Add<T>(T value)
        where T : unmanaged
    {
        int slots = (Unsafe.SizeOf<T>() + sizeof(ulong) - 1) / sizeof(ulong);
        if (Count == MaxCount || _used + slots > Slots) Refuse(Unsafe.SizeOf<T>());
        Unsafe.WriteUnaligned(ref Unsafe.As<ulong, byte>(ref _values[_used]), value);
        _starts[Count++] = (byte)_used;
        _used += slots;
    }

    /// <summary>Adds the address of device memory.</summary>
    /// <exception cref="InvalidOperationException">There are too many.</exception>
    public void Add<T>(DeviceSpan<T> memory)
        where T : unmanaged => Add(memory.Address);

    /// <summary>Writes the address of each argument, as the driver takes them. Valid while this struct stays where it is.</summary>
    internal readonly unsafe void WriteAddresses(void** addresses, ulong* values)
    {
        for (int i = 0; i < Count; i++) addresses[i] = values + _starts[i];
    }

    [UnscopedRef]
    internal ref ulong FirstValue => ref _values[0];

    private readonly void Refuse(int bytes) => throw new InvalidOperationException(
        $"Argument {Count} of {bytes} bytes does not fit: a launch has at most {MaxCount} "
        + $"arguments and {Slots * sizeof(ulong)} bytes of them.");

    [InlineArray(Slots)]
    private struct Values
    {
        private ulong _first;
    }

    [InlineArray(MaxCount)]
    private struct Starts
    {
        private byte _first;
    }
}
