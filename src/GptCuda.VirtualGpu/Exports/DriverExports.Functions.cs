using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Profiles;
using static GptCuda.VirtualGpu.Driver.CUfunction_attribute;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetAttribute))]
    public static CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, nint function) =>
        Boundary.OnContext(nameof(cuFuncGetAttribute), context =>
        {
            RequirePointer(value);
            LoadedFunction asked = context.Driver.Functions.Get(function);
            *value = attribute switch
            {
                CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK =>
                    asked.MaximumThreads > 0 ? asked.MaximumThreads : DeviceProfile.MaximumThreadsPerBlock,
                CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => asked.Kernel.StaticSharedBytes,
                CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES => asked.Kernel.LocalBytes,
                CU_FUNC_ATTRIBUTE_PTX_VERSION or CU_FUNC_ATTRIBUTE_BINARY_VERSION => context.Driver.Profile.ComputeCapability,
                CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => asked.MaximumDynamicShared,
                CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => asked.PreferredCarveout,
                CU_FUNC_ATTRIBUTE_NUM_REGS => asked.Registers,
                >= 0 and < CU_FUNC_ATTRIBUTE_MAX => 0,
                _ => throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"{(int)attribute} is no function attribute."),
            };
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncSetAttribute))]
    public static CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value) =>
        Boundary.OnContext(nameof(cuFuncSetAttribute), context =>
        {
            LoadedFunction changed = context.Driver.Functions.Get(function);
            int most = context.Driver.Profile.SharedPerBlockOptIn - changed.Kernel.StaticSharedBytes;
            switch (attribute)
            {
                case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
                    Require(
                        value >= 0 && value <= most,
                        $"{value} dynamic shared bytes; {context.Driver.Profile.Name} gives this kernel at most {most}.");
                    changed.MaximumDynamicShared = value;
                    break;
                case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
                    Require(value is >= -1 and <= 100, $"a carve-out of {value} %; -1 to 100 is expected.");
                    changed.PreferredCarveout = value;
                    break;
                default:
                    throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"function attribute {(int)attribute} cannot be set.");
            }
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncSetCacheConfig))]
    public static CUresult cuFuncSetCacheConfig(nint function, int configuration) =>
        Boundary.OnContext(nameof(cuFuncSetCacheConfig), context =>
        {
            context.Driver.Functions.Get(function);
            Require(configuration is >= 0 and <= 3, $"{configuration} is no cache configuration.");
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetName))]
    public static CUresult cuFuncGetName(byte** name, nint function) => Boundary.OnContext(nameof(cuFuncGetName), context =>
    {
        RequirePointer(name);
        *name = (byte*)context.Driver.Functions.Get(function).NameText;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetModule))]
    public static CUresult cuFuncGetModule(nint* module, nint function) => Boundary.OnContext(nameof(cuFuncGetModule), context =>
    {
        RequirePointer(module);
        *module = context.Driver.Functions.Get(function).Module.Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor))]
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, nint function, int blockSize, nuint shared) =>
        ActiveBlocks(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor), blocks, function, blockSize, shared, 0);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags))]
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
        int* blocks, nint function, int blockSize, nuint shared, uint flags) =>
        ActiveBlocks(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags), blocks, function, blockSize, shared, flags);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxPotentialBlockSize))]
    public static CUresult cuOccupancyMaxPotentialBlockSize(
        int* gridSize, int* blockSize, nint function, delegate* unmanaged<int, nuint> sharedOf, nuint shared, int limit) =>
        Boundary.OnContext(nameof(cuOccupancyMaxPotentialBlockSize), context =>
        {
            RequirePointer(gridSize);
            RequirePointer(blockSize);
            Require(limit >= 0, $"a limit of {limit} threads.");
            LoadedFunction asked = context.Driver.Functions.Get(function);
            int most = asked.MaximumThreads > 0 ? asked.MaximumThreads : DeviceProfile.MaximumThreadsPerBlock;
            if (limit > 0)
                most = Math.Min(most, limit);
            (int bestThreads, int bestBlocks, int bestSize) = (0, 0, 0);
            // The largest block among those that keep most threads resident.
            for (int size = most; size > 0; size = size % 32 != 0 ? size / 32 * 32 : size - 32)
            {
                int blocks = ResidentBlocks(context, asked, size, sharedOf is null ? shared : HostCallback.Ask(sharedOf, size));
                if (blocks * size > bestThreads)
                    (bestThreads, bestBlocks, bestSize) = (blocks * size, blocks, size);
            }
            if (bestThreads == 0)
                throw new DriverException(
                    CUDA_ERROR_INVALID_VALUE, $"no block of {asked.Kernel.Name} with {shared} dynamic shared bytes fits.");
            (*gridSize, *blockSize) = (bestBlocks * context.Driver.Profile.Multiprocessors, bestSize);
        });

    private static CUresult ActiveBlocks(string caller, int* blocks, nint function, int blockSize, nuint shared, uint flags) =>
        Boundary.OnContext(caller, context =>
        {
            RequirePointer(blocks);
            Require(blockSize is > 0 and <= DeviceProfile.MaximumThreadsPerBlock, $"a block of {blockSize} threads.");
            Require(flags <= 1, $"flags is {flags}.");
            *blocks = ResidentBlocks(context, context.Driver.Functions.Get(function), blockSize, shared);
        });

    private static int ResidentBlocks(VirtualContext context, LoadedFunction function, int blockSize, nuint shared)
    {
        DeviceProfile profile = context.Driver.Profile;
        bool fits = shared <= (nuint)(profile.SharedPerBlockOptIn - function.Kernel.StaticSharedBytes)
            && (function.MaximumThreads == 0 || blockSize <= function.MaximumThreads);
        return fits
            ? Occupancy.Of(profile, blockSize, (int)shared + function.Kernel.StaticSharedBytes, function.Registers).BlocksPerMultiprocessor
            : 0;
    }
}
