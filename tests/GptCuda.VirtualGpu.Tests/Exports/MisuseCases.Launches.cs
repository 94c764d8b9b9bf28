using static GptCuda.VirtualGpu.Driver.CUresult;
using Kernels = GptCuda.VirtualGpu.Tests.Driver.Kernels;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <content>Modules, and launches of what is in them.</content>
internal static partial class MisuseCases
{
    private static IEnumerable<MisuseCase> Modules()
    {
        yield return new("cuModuleLoad", "no file", CUDA_ERROR_FILE_NOT_FOUND, s => [s.Native(8), s.Text("no/such/file.ptx")]);
        yield return new("cuModuleLoadData", "null", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), 0]);
        yield return new("cuModuleLoadData", "no PTX", CUDA_ERROR_INVALID_IMAGE, s => [s.Native(8), s.Text("What is this?")]);
        yield return new("cuModuleLoadData", "syntax", CUDA_ERROR_INVALID_PTX, s => [s.Native(8), s.Text(Kernels.Counting.Replace("add.u32", "dad.u32"))]);
        yield return new("cuModuleLoadData", "newer target", CUDA_ERROR_NO_BINARY_FOR_GPU, s => [s.Native(8), s.Text(Kernels.Counting.Replace("sm_75", "sm_120"))]);
        yield return new("cuModuleLoadData", "machine code", CUDA_ERROR_NO_BINARY_FOR_GPU, s => [s.Native(8), s.Text("\u007fELF")]);
        yield return new("cuModuleLoadDataEx", "no values", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), s.Text(Kernels.Counting), 1, s.Native(4), 0]);
        yield return new("cuModuleLoadDataEx", "option", CUDA_ERROR_INVALID_VALUE, s => [s.Native(8), s.Text(Kernels.Counting), 1, s.Text("\u0063"), s.Native(8)]);
        yield return new("cuModuleUnload", "twice", CUDA_ERROR_INVALID_HANDLE, s => [Unloaded(s)]);
        yield return new("cuModuleGetFunction", "name", CUDA_ERROR_NOT_FOUND, s => [s.Native(8), s.Load(Kernels.Counting), s.Text("decrement")]);
        yield return new("cuModuleGetFunction", "unloaded", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Unloaded(s), s.Text("increment")]);
        yield return new("cuModuleGetGlobal_v2", "name", CUDA_ERROR_NOT_FOUND, s => [s.Native(8), s.Native(8), s.Load(Kernels.Variables), s.Text("third")]);
        yield return new("cuFuncGetAttribute", "number", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), 16, s.Kernel(Kernels.Empty, "nothing")]);
        yield return new("cuFuncGetAttribute", "no function", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(4), 0, Nothing]);
        yield return new("cuFuncSetAttribute", "more than the device has", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Shared, "dynamic"), 8, 227 * 1024 - 15]);
        yield return new("cuFuncSetAttribute", "not settable", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), 0, 1]);
        yield return new("cuFuncSetAttribute", "carve-out", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), 9, 101]);
        yield return new("cuFuncSetCacheConfig", "number", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), 4]);
        yield return new("cuFuncGetName", "no function", CUDA_ERROR_INVALID_HANDLE, s => [s.Native(8), Nothing]);
        yield return new("cuFuncGetModule", "null", CUDA_ERROR_INVALID_VALUE, s => [0, s.Kernel(Kernels.Empty, "nothing")]);
    }

    private static IEnumerable<MisuseCase> Launches()
    {
        foreach ((string what, nint[] extents) in new (string, nint[])[]
        {
            ("no blocks", [0, 1, 1, 32, 1, 1]),
            ("a grid too high", [1, 65536, 1, 32, 1, 1]),
            ("a grid too deep", [1, 1, 65536, 32, 1, 1]),
            ("a grid above 2^31", [unchecked((nint)0x80000000u), 1, 1, 32, 1, 1]),
            ("no threads", [1, 1, 1, 0, 1, 1]),
            ("1025 threads", [1, 1, 1, 1025, 1, 1]),
            ("2048 threads", [1, 1, 1, 1024, 2, 1]),
            ("a block too deep", [1, 1, 1, 1, 1, 65]),
        })
        {
            yield return new("cuLaunchKernel", what, CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), .. extents, 0, 0, 0, 0]);
            yield return new("cuLaunchCooperativeKernel", what, CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), .. extents, 0, 0, 0]);
        }
        nint[] one = [1, 1, 1, 32, 1, 1];
        yield return new("cuLaunchKernel", "no function", CUDA_ERROR_INVALID_HANDLE, _ => [Nothing, .. one, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "no stream", CUDA_ERROR_INVALID_HANDLE, s => [s.Kernel(Kernels.Empty, "nothing"), .. one, 0, Nothing, 0, 0]);
        yield return new("cuLaunchKernel", "no arguments", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "a null argument", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, s.Native(8), 0]);
        yield return new("cuLaunchKernel", "both forms", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, s.Native(8), s.Native(8)]);
        yield return new("cuLaunchKernel", "an empty extra", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Counting, "increment"), .. one, 0, 0, 0, s.Native(8)]);
        yield return new("cuLaunchKernel", "above the kernel's bound", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "bounded"), 1, 1, 1, 65, 1, 1, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "not the required block", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "fixed"), 1, 1, 1, 64, 1, 1, 0, 0, 0, 0]);
        yield return new("cuLaunchKernel", "shared memory without opt-in", CUDA_ERROR_INVALID_VALUE, s => [s.Kernel(Kernels.Empty, "nothing"), .. one, 48 * 1024 + 1, 0, 0, 0]);
        yield return new("cuLaunchKernel", "an unloaded module", CUDA_ERROR_INVALID_HANDLE, s => [UnloadedFunction(s), .. one, 0, 0, 0, 0]);
        yield return new("cuLaunchCooperativeKernel", "more blocks than fit", CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE, s => [s.Kernel(Kernels.Empty, "nothing"), 132 * 2 + 1, 1, 1, 1024, 1, 1, 0, 0, 0]);
        yield return new("cuLaunchKernelEx", "null", CUDA_ERROR_INVALID_VALUE, s => [0, s.Kernel(Kernels.Empty, "nothing"), 0, 0]);
        yield return new("cuOccupancyMaxActiveBlocksPerMultiprocessor", "threads", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), s.Kernel(Kernels.Empty, "nothing"), 1025, 0]);
        yield return new("cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", "flags", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), s.Kernel(Kernels.Empty, "nothing"), 32, 0, 2]);
        yield return new("cuOccupancyMaxPotentialBlockSize", "shared", CUDA_ERROR_INVALID_VALUE, s => [s.Native(4), s.Native(4), s.Kernel(Kernels.Empty, "nothing"), 0, 300 * 1024, 0]);
    }
}
