using System.Reflection;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Native;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>The tests' GPU with four multiprocessors, as far as the driver says, each of which runs one block at a time.</summary>
/// <remarks>Functions that native code can call have no state of their own but the process's.</remarks>
internal static unsafe class SmallGpu
{
    private const int Multiprocessors = 4, MultiprocessorCount = 16;

    private static nint _attribute;

    public static CudaLibraries Around(CudaLibraries libraries)
    {
        SymbolTable driver = libraries.Driver.Symbols;
        Type binding = typeof(SymbolTable).Assembly.GetType("GptCuda.Kernels.Native.Driver.LibCuda", throwOnError: true)!;
        Dictionary<string, nint> functions = binding.GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.Name.StartsWith("cu", StringComparison.Ordinal))
            .ToDictionary(field => field.Name, field => driver.Require(field.Name), StringComparer.Ordinal);
        _attribute = functions["cuDeviceGetAttribute"];
        functions["cuDeviceGetAttribute"] = (nint)(delegate* unmanaged<int*, int, int, int>)&cuDeviceGetAttribute;
        functions["cuOccupancyMaxActiveBlocksPerMultiprocessor"] = (nint)(delegate* unmanaged<int*, nint, int, nuint, int>)&cuOccupancy;
        var table = SymbolTable.FromFunctions(driver.Library, functions);
        return new CudaLibraries(table, libraries.Nvrtc.Symbols, () => libraries.Cublas);
    }

    [UnmanagedCallersOnly]
    private static int cuDeviceGetAttribute(int* value, int attribute, int device)
    {
        int result = ((delegate* unmanaged<int*, int, int, int>)_attribute)(value, attribute, device);
        if (attribute == MultiprocessorCount)
            *value = Multiprocessors;
        return result;
    }

    [UnmanagedCallersOnly]
    private static int cuOccupancy(int* blocks, nint function, int threads, nuint shared)
    {
        *blocks = 1;
        return 0;
    }
}
