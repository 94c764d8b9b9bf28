using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;

namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>
/// Calls exported functions by name, through their native addresses. Every argument here is an integer or a pointer and takes one
/// register or one slot of the stack whatever its width, so that one form of call serves each number of arguments.
/// </summary>
internal static unsafe class Cuda
{
    private static readonly Dictionary<string, nint> Addresses = DriverExports.EntryPoints.ToDictionary(
        entry => entry.Name, entry => entry.Address);

    /// <summary>Calls a function and gives its status.</summary>
    public static CUresult Try(string function, params ReadOnlySpan<nint> a)
    {
        nint f = Addresses[function];
        return (CUresult)(a.Length switch
        {
            0 => ((delegate* unmanaged<int>)f)(),
            1 => ((delegate* unmanaged<nint, int>)f)(a[0]),
            2 => ((delegate* unmanaged<nint, nint, int>)f)(a[0], a[1]),
            3 => ((delegate* unmanaged<nint, nint, nint, int>)f)(a[0], a[1], a[2]),
            4 => ((delegate* unmanaged<nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3]),
            5 => ((delegate* unmanaged<nint, nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3], a[4]),
            6 => ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3], a[4], a[5]),
            10 => ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, int>)f)(
                a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]),
            11 => ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, int>)f)(
                a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10]),
            _ => throw new ArgumentException($"{a.Length} arguments"),
        });
    }

    /// <summary>Calls a function that has to succeed.</summary>
    public static void Call(string function, params ReadOnlySpan<nint> arguments)
    {
        CUresult answer = Try(function, arguments);
        Assert.True(answer == CUresult.CUDA_SUCCESS, $"{function}: {answer}");
    }

    /// <summary>Calls a function that has to succeed and that writes a value to where its first argument points.</summary>
    public static nint Get(string function, params ReadOnlySpan<nint> others)
    {
        nint value = 0;
        Call(function, [(nint)(&value), .. others]);
        return value;
    }

    /// <summary>As <see cref="Get"/>, where the value goes to where the last argument points.</summary>
    public static nint GetLast(string function, params ReadOnlySpan<nint> others)
    {
        nint value = 0;
        Call(function, [.. others, (nint)(&value)]);
        return value;
    }
}
