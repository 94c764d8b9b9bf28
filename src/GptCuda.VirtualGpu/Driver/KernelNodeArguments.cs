using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A kernel node's arguments in the form of kernelParams: an array of pointers, one to each.</summary>
internal sealed unsafe class KernelNodeArguments
{
    // Pinned arrays, since the program holds pointers to and into them.
    private readonly byte[] _bytes;
    private readonly nint[] _pointers;

    public KernelNodeArguments(LaunchRequest request)
    {
        IReadOnlyList<KernelParameter> parameters = request.Kernel.Parameters;
        _bytes = GC.AllocateArray<byte>(Math.Max(1, request.Parameters.Length), pinned: true);
        _pointers = GC.AllocateArray<nint>(parameters.Count + 1, pinned: true);
        request.Parameters.CopyTo(_bytes, 0);
        for (int i = 0; i < parameters.Count; i++)
            _pointers[i] = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, parameters[i].Offset);
    }

    /// <summary>The array.</summary>
    public void** Pointers => (void**)Marshal.UnsafeAddrOfPinnedArrayElement(_pointers, 0);
}
