using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Profiles;
using GptCuda.VirtualGpu.Ptx;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    private static int s_modules;

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadData))]
    public static CUresult cuModuleLoadData(nint* module, byte* image) =>
        Boundary.OnContext(nameof(cuModuleLoadData), context => Load(context, nameof(cuModuleLoadData), module, image, default));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadDataEx))]
    public static CUresult cuModuleLoadDataEx(nint* module, byte* image, uint count, int* options, void** values) =>
        Boundary.OnContext(nameof(cuModuleLoadDataEx), context =>
            Load(context, nameof(cuModuleLoadDataEx), module, image, JitLog.Of(count, options, values)));

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
        context.Drain();
        context.Driver.Modules.Remove(module);
        ended.Unload();
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetFunction))]
    public static CUresult cuModuleGetFunction(nint* function, nint module, byte* name) =>
        Boundary.OnContext(nameof(cuModuleGetFunction), context =>
        {
            RequirePointer(function);
            RequirePointer(name);
            string wanted = Marshal.PtrToStringUTF8((nint)name)!;
            LoadedModule owner = context.Driver.Modules.Get(module);
            *function = owner.Function(wanted)?.Handle
                ?? throw new DriverException(CUDA_ERROR_NOT_FOUND, $"{owner.Code.Name} has no kernel {wanted}; it has {string.Join(", ", owner.Code.Kernels.Keys)}.");
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetGlobal_v2))]
    public static CUresult cuModuleGetGlobal_v2(ulong* address, nuint* bytes, nint module, byte* name) =>
        Boundary.OnContext(nameof(cuModuleGetGlobal_v2), context =>
        {
            RequirePointer(name);
            string wanted = Marshal.PtrToStringUTF8((nint)name)!;
            if (!context.Driver.Modules.Get(module).Code.Variables.TryGetValue(wanted, out ModuleVariable? variable))
                throw new DriverException(CUDA_ERROR_NOT_FOUND, $"the module has no variable {wanted}.");
            if (address is not null)
                *address = variable.Address;
            if (bytes is not null)
                *bytes = (nuint)variable.Bytes;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetAttribute))]
    public static CUresult cuFuncGetAttribute(int* value, int attribute, nint function) =>
        Boundary.OnContext(nameof(cuFuncGetAttribute), context =>
        {
            RequirePointer(value);
            LoadedFunction asked = context.Driver.Functions.Get(function);
            *value = attribute switch
            {
                0 => asked.MaximumThreads > 0 ? asked.MaximumThreads : DeviceProfile.MaximumThreadsPerBlock,
                1 => asked.Kernel.StaticSharedBytes,
                2 => 0,
                3 => asked.Kernel.LocalBytes,
                // Registers are ptxas's business; none has seen this code.
                4 => 0,
                5 or 6 => context.Driver.Profile.ComputeCapability,
                7 => 0,
                8 => asked.MaximumDynamicShared,
                9 => asked.PreferredCarveout,
                _ => throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"{attribute} is no function attribute."),
            };
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncSetAttribute))]
    public static CUresult cuFuncSetAttribute(nint function, int attribute, int value) =>
        Boundary.OnContext(nameof(cuFuncSetAttribute), context =>
        {
            LoadedFunction changed = context.Driver.Functions.Get(function);
            int most = context.Driver.Profile.SharedPerBlockOptIn - changed.Kernel.StaticSharedBytes;
            switch (attribute)
            {
                case 8:
                    Require(value >= 0 && value <= most, $"{value} dynamic shared bytes; {context.Driver.Profile.Name} gives this kernel at most {most}.");
                    changed.MaximumDynamicShared = value;
                    break;
                case 9:
                    Require(value is >= -1 and <= 100, $"a carve-out of {value} %; -1 to 100 is expected.");
                    changed.PreferredCarveout = value;
                    break;
                default:
                    throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"function attribute {attribute} cannot be set.");
            }
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncSetCacheConfig))]
    public static CUresult cuFuncSetCacheConfig(nint function, int configuration) =>
        Boundary.OnContext(nameof(cuFuncSetCacheConfig), context =>
        {
            context.Driver.Functions.Get(function);
            Require(configuration is >= 0 and <= 3, $"{configuration} is no cache configuration.");
        });

    private static void Load(VirtualContext context, string caller, nint* module, byte* image, JitLog log)
    {
        RequirePointer(module);
        RequirePointer(image);
        context.RefuseWhileCapturing(caller);
        ModuleImage content = ModuleImage.Read(image);
        int capability = context.Driver.Profile.ComputeCapability;
        try
        {
            content.RequireTarget(capability);
            LoadedModule loaded = new(context, content.Ptx, $"module {Interlocked.Increment(ref s_modules)}");
            *module = context.Driver.Modules.Add(loaded);
        }
        catch (PtxSyntaxException problem)
        {
            log.Write(problem.Message);
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
