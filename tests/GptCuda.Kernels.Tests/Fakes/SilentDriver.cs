using System.Runtime.InteropServices;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>The fake driver, but launches and waits only succeed.</summary>
internal static unsafe class SilentDriver
{
    public static CudaContext NewContext()
    {
        SymbolTable fake = FakeDriver.Symbols();
        string[] silent = ["cuLaunchKernelEx", "cuStreamSynchronize", "cuGraphLaunch", "cuEventRecord"];
        var functions = typeof(LibCuda).GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)
            .Where(field => field.FieldType.IsFunctionPointer)
            .ToDictionary(
                field => field.Name,
                field => silent.Contains(field.Name) ? (nint)(delegate* unmanaged<CUresult>)&Succeed : fake.Find(field.Name));
        return new CudaContext(CudaDriver.Open(SymbolTable.FromFunctions("silent driver", functions)));
    }

    [UnmanagedCallersOnly]
    private static CUresult Succeed() => CUresult.CUDA_SUCCESS;
}
