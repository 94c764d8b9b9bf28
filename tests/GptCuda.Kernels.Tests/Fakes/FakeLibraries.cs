using System.Reflection;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Blas;
using GptCuda.Kernels.Native.Nvrtc;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>An NVRTC and a cuBLAS that know their version, 12.0 or 13.0 by their file's name, and nothing else.</summary>
internal static unsafe class FakeLibraries
{
    public static SymbolTable Of(string file)
    {
        bool is13 = Path.GetFileName(file).Contains("13");
        var functions = new Dictionary<string, nint>();
        foreach (Type library in (Type[])[typeof(LibNvrtc), typeof(LibCublas)])
        {
            foreach (FieldInfo field
                in library.GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Where(field => field.FieldType.IsFunctionPointer))
                functions[field.Name] = (nint)(delegate* unmanaged<int>)&Succeed;
        }
        functions["nvrtcVersion"] = is13
            ? (nint)(delegate* unmanaged<int*, int*, int>)&Nvrtc13
            : (nint)(delegate* unmanaged<int*, int*, int>)&Nvrtc12;
        functions["nvrtcGetNumSupportedArchs"] = (nint)(delegate* unmanaged<int*, int>)&ArchitectureCount;
        functions["nvrtcGetSupportedArchs"] = (nint)(delegate* unmanaged<int*, int>)&Architectures;
        functions["cublasGetProperty"] = is13
            ? (nint)(delegate* unmanaged<int, int*, int>)&Cublas13
            : (nint)(delegate* unmanaged<int, int*, int>)&Cublas12;
        return SymbolTable.FromFunctions(file, functions);
    }

    [UnmanagedCallersOnly]
    private static int Succeed() => 0;

    [UnmanagedCallersOnly]
    private static int Nvrtc12(int* major, int* minor) => Version(major, minor, 12);

    [UnmanagedCallersOnly]
    private static int Nvrtc13(int* major, int* minor) => Version(major, minor, 13);

    private static int Version(int* major, int* minor, int value)
    {
        *major = value;
        *minor = 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int ArchitectureCount(int* count)
    {
        *count = 2;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Architectures(int* architectures)
    {
        architectures[0] = 80;
        architectures[1] = 90;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Cublas12(int part, int* value)
    {
        *value = part == 0 ? 12 : part;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Cublas13(int part, int* value)
    {
        *value = part == 0 ? 13 : part;
        return 0;
    }
}
