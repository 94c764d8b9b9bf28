using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Profiles;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchKernel))]
    public static CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint shared, nint stream,
        void** parameters, void** extra) =>
        Boundary.OnContext(nameof(cuLaunchKernel), context => Launch(
            context, function, gridX, gridY, gridZ, blockX, blockY, blockZ, shared, stream, parameters, extra, cooperative: false));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchCooperativeKernel))]
    public static CUresult cuLaunchCooperativeKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint shared, nint stream,
        void** parameters) =>
        Boundary.OnContext(nameof(cuLaunchCooperativeKernel), context => Launch(
            context, function, gridX, gridY, gridZ, blockX, blockY, blockZ, shared, stream, parameters, null, cooperative: true));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchKernelEx))]
    public static CUresult cuLaunchKernelEx(CUlaunchConfig* configuration, nint function, void** parameters, void** extra) =>
        Boundary.OnContext(nameof(cuLaunchKernelEx), context =>
        {
            RequirePointer(configuration);
            bool cooperative = false;
            for (uint i = 0; i < configuration->numAttrs; i++)
            {
                CUlaunchAttribute attribute = configuration->attrs[i];
                switch (attribute.id)
                {
                    case CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
                        cooperative = attribute.value != 0;
                        break;
                    // One launch after the other is what these leave open, too.
                    case CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_IGNORE:
                    case CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PRIORITY:
                        break;
                    case CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
                        if (attribute.value != 0 && context.Driver.Profile.ComputeMajor < 9)
                            throw new DriverException(CUDA_ERROR_NOT_SUPPORTED, "programmatic dependent launch begins with compute capability 9.0.");
                        break;
                    default:
                        throw new DriverException(CUDA_ERROR_NOT_SUPPORTED, $"launch attribute {(int)attribute.id} is not understood here.");
                }
            }
            Launch(context, function, configuration->gridDimX, configuration->gridDimY, configuration->gridDimZ,
                configuration->blockDimX, configuration->blockDimY, configuration->blockDimZ, configuration->sharedMemBytes,
                configuration->hStream, parameters, extra, cooperative);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor))]
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, nint function, int blockSize, nuint shared) =>
        ActiveBlocks(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor), blocks, function, blockSize, shared, 0);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags))]
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
        int* blocks, nint function, int blockSize, nuint shared, uint flags) =>
        ActiveBlocks(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags), blocks, function, blockSize, shared, flags);

    private static CUresult ActiveBlocks(string caller, int* blocks, nint function, int blockSize, nuint shared, uint flags) =>
        Boundary.OnContext(caller, context =>
        {
            RequirePointer(blocks);
            Require(blockSize is > 0 and <= DeviceProfile.MaximumThreadsPerBlock, $"a block of {blockSize} threads.");
            Require(flags <= 1, $"flags is {flags}.");
            LoadedFunction asked = context.Driver.Functions.Get(function);
            long bytes = (long)shared + asked.Kernel.StaticSharedBytes;
            *blocks = bytes > context.Driver.Profile.SharedPerBlockOptIn
                || (asked.MaximumThreads > 0 && blockSize > asked.MaximumThreads)
                ? 0
                : Occupancy.Of(context.Driver.Profile, blockSize, (int)bytes, registersPerThread: 0).BlocksPerMultiprocessor;
        });

    private static void Launch(
        VirtualContext context, nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ,
        uint shared, nint stream, void** parameters, void** extra, bool cooperative)
    {
        LoadedFunction launched = context.Driver.Functions.Get(function);
        VirtualStream target = Stream(context, stream);
        if (launched.Module.Context != context)
            throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "the function belongs to another context.");
        Require(new[] { gridX, gridY, gridZ, blockX, blockY, blockZ, shared }.All(extent => extent <= int.MaxValue), "an extent is above 2^31 - 1.");
        GridExtent grid = new((int)gridX, (int)gridY, (int)gridZ), block = new((int)blockX, (int)blockY, (int)blockZ);
        LaunchDescription description = launched.Describe(grid, block, (int)shared, cooperative);
        if (LaunchLimits.Check(context.Driver.Profile, description, (int)shared, launched.MaximumDynamicShared, launched.MaximumThreads) is { } refused)
            throw new DriverException((CUresult)refused.ErrorCode, refused.Message);
        context.Submit(target, new KernelLaunch(launched, new LaunchRequest
        {
            Kernel = launched.Kernel,
            Grid = grid,
            Block = block,
            DynamicSharedBytes = (int)shared,
            Parameters = Arguments(launched.Kernel, parameters, extra),
            Cooperative = cooperative,
        }));
    }

    /// <summary>Copies the arguments: each from its own address, or all from one buffer.</summary>
    private static byte[] Arguments(Kernel kernel, void** parameters, void** extra)
    {
        byte[] buffer = new byte[kernel.ParameterBytes];
        if (buffer.Length == 0)
            return buffer;
        Require(parameters is not null != extra is not null, "either kernelParams or extra gives the arguments, and not both.");
        if (parameters is not null)
        {
            for (int i = 0; i < kernel.Parameters.Count; i++)
            {
                KernelParameter parameter = kernel.Parameters[i];
                Require(parameters[i] is not null, $"argument {i} of {kernel.Name} is a null pointer.");
                new ReadOnlySpan<byte>(parameters[i], parameter.Bytes).CopyTo(buffer.AsSpan(parameter.Offset));
            }
            return buffer;
        }
        const nint BufferPointer = 1, BufferSize = 2;
        byte* given = null;
        nuint bytes = 0;
        for (; *extra is not null; extra += 2)
        {
            switch ((nint)(*extra))
            {
                case BufferPointer: given = (byte*)extra[1]; break;
                case BufferSize: bytes = *(nuint*)extra[1]; break;
                default: throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"extra has the unknown key {(nint)(*extra)}.");
            }
        }
        Require(given is not null && bytes == (nuint)buffer.Length, $"{bytes} bytes of arguments; {kernel.Name} takes {buffer.Length}.");
        new ReadOnlySpan<byte>(given, buffer.Length).CopyTo(buffer);
        return buffer;
    }
}
