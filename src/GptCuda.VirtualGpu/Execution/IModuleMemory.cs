namespace GptCuda.VirtualGpu.Execution;

/// <summary>Where a module's variables are put when it is loaded.</summary>
internal interface IModuleMemory
{
    /// <summary>Sets room aside for a variable, zeroed.</summary>
    /// <param name="name">The variable's name, for messages.</param>
    /// <param name="bytes">Its size, more than 0.</param>
    /// <param name="alignment">The alignment of its first byte, a power of two.</param>
    /// <param name="isConstant">Whether kernels may only read it.</param>
    /// <returns>Its device address, which is also the host's address of it.</returns>
    ulong Place(string name, long bytes, int alignment, bool isConstant);

    /// <summary>Writes a placed variable's initial value.</summary>
    /// <param name="address">What <see cref="Place"/> returned.</param>
    /// <param name="bytes">The whole value.</param>
    void Initialize(ulong address, ReadOnlySpan<byte> bytes);
}
