using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Ptx;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    private static int _modules;

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadData))]
    public static CUresult cuModuleLoadData(nint* module, byte* image) =>
        Boundary.OnContext(nameof(cuModuleLoadData), context => Load(context, nameof(cuModuleLoadData), module, image, default));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadDataEx))]
    public static CUresult cuModuleLoadDataEx(nint* module, byte* image, uint count, CUjit_option* options, void** values) =>
        Boundary.OnContext(nameof(cuModuleLoadDataEx), context =>
        {
            Require(
                count == 0 || (options is not null && values is not null), $"{count} options, and no array of them or of their values.");
            Load(context, nameof(cuModuleLoadDataEx), module, image, JitLog.Of(count, options, values));
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoad))]
    public static CUresult cuModuleLoad(nint* module, byte* path) => Boundary.OnContext(nameof(cuModuleLoad), context =>
    {
        RequirePointer(path);
        string file = Marshal.PtrToStringUTF8((nint)path)!;
        if (!File.Exists(file))
            throw new DriverException(CUDA_ERROR_FILE_NOT_FOUND, $"there is no file {file}.");
        byte[] content = [.. File.ReadAllBytes(file), 0];
        fixed (byte* image = content)
            Load(context, nameof(cuModuleLoad), module, image, default);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleUnload))]
    public static CUresult cuModuleUnload(nint module) => Boundary.OnContext(nameof(cuModuleUnload), context =>
    {
        LoadedModule ended = context.Driver.Modules.Get(module);
        context.RefuseWhileCapturing(nameof(cuModuleUnload));
        // Kernels in line run before their code goes.
        ended.Context.Drain();
        context.Driver.Modules.Remove(module);
        ended.Unload();
        context.ThrowIfFaulted();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetFunction))]
    public static CUresult cuModuleGetFunction(nint* function, nint module, byte* name) =>
        Boundary.OnContext(nameof(cuModuleGetFunction), context =>
        {
            RequirePointer(function);
            RequirePointer(name);
            string wanted = Marshal.PtrToStringUTF8((nint)name)!;
            LoadedModule owner = context.Driver.Modules.Get(module);
            *function = owner.Function(wanted)?.Handle ?? throw new DriverException(
                CUDA_ERROR_NOT_FOUND, $"{owner.Code.Name} has no kernel {wanted}; it has {string.Join(", ", owner.Code.Kernels.Keys)}.");
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetGlobal_v2))]
    public static CUresult cuModuleGetGlobal_v2(ulong* address, nuint* bytes, nint module, byte* name) =>
        Boundary.OnContext(nameof(cuModuleGetGlobal_v2), context =>
        {
            RequirePointer(name);
            string wanted = Marshal.PtrToStringUTF8((nint)name)!;
            LoadedModule owner = context.Driver.Modules.Get(module);
            if (!owner.Code.Variables.TryGetValue(wanted, out ModuleVariable? variable))
            {
                throw new DriverException(
                    CUDA_ERROR_NOT_FOUND,
                    $"{owner.Code.Name} has no variable {wanted}; it has {string.Join(", ", owner.Code.Variables.Keys)}.");
            }
            if (address is not null)
                *address = variable.Address;
            if (bytes is not null)
                *bytes = (nuint)variable.Bytes;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetLoadingMode))]
    public static CUresult cuModuleGetLoadingMode(int* mode) => Boundary.Guard(nameof(cuModuleGetLoadingMode), () =>
    {
        const int EagerLoading = 1;
        RequirePointer(mode);
        *mode = EagerLoading;
    });

    private static void Load(VirtualContext context, string caller, nint* module, byte* image, JitLog log)
    {
        RequirePointer(module);
        RequirePointer(image);
        context.RefuseWhileCapturing(caller);
        try
        {
            ModuleImage content = ModuleImage.Read(image);
            content.RequireTarget(context.Driver.Profile.ComputeCapability);
            LoadedModule loaded = new(context, content.Ptx, $"module {Interlocked.Increment(ref _modules)}");
            *module = loaded.Handle = context.Driver.Modules.Add(loaded);
        }
        catch (PtxSyntaxException problem)
        {
            // Whoever gave no buffer for it would never hear of line and column.
            if (!log.Write(problem.Message))
                Console.Error.WriteLine($"virtual GPU: {caller}: {problem.Message}");
            throw new DriverException(CUDA_ERROR_INVALID_PTX, problem.Message);
        }
        catch (DriverException problem)
        {
            log.Write(problem.Message);
            throw;
        }
    }
}
