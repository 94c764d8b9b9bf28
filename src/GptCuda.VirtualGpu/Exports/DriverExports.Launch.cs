using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Execution;
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
            Require(
                configuration->numAttrs == 0 || configuration->attrs is not null,
                $"{configuration->numAttrs} attributes, and no array of them.");
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
                            throw new DriverException(
                                CUDA_ERROR_NOT_SUPPORTED, "programmatic dependent launch begins with compute capability 9.0.");
                        break;
                    default:
                        throw new DriverException(
                            CUDA_ERROR_NOT_SUPPORTED, $"launch attribute {(int)attribute.id} is not understood here.");
                }
            }
            Launch(context, function, configuration->gridDimX, configuration->gridDimY, configuration->gridDimZ,
                configuration->blockDimX, configuration->blockDimY, configuration->blockDimZ, configuration->sharedMemBytes,
                configuration->hStream, parameters, extra, cooperative);
        });

    private static void Launch(
        VirtualContext context, nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ,
        uint shared, nint stream, void** parameters, void** extra, bool cooperative)
    {
        LoadedFunction launched = context.Driver.Functions.Get(function);
        VirtualStream target = Stream(context, stream);
        if (launched.Module.Context != context)
            throw new DriverException(CUDA_ERROR_INVALID_HANDLE, "the function belongs to another context.");
        Require((gridX | gridY | gridZ | blockX | blockY | blockZ | shared) <= int.MaxValue, "an extent is above 2^31 - 1.");
        LaunchRequest request = new()
        {
            Kernel = launched.Kernel,
            Grid = new GridExtent((int)gridX, (int)gridY, (int)gridZ),
            Block = new GridExtent((int)blockX, (int)blockY, (int)blockZ),
            DynamicSharedBytes = (int)shared,
            Parameters = Arguments(launched.Kernel, parameters, extra),
            RegistersPerThread = launched.Registers,
            Cooperative = cooperative,
        };
        if (launched.Refuse(request) is { } refused)
            throw new DriverException((CUresult)refused.ErrorCode, refused.Message);
        context.Submit(target, new KernelLaunch(launched, request));
    }

    /// <summary>Copies the arguments: each from its own address, or all from one buffer.</summary>
    private static byte[] Arguments(Kernel kernel, void** parameters, void** extra)
    {
        byte[] buffer = new byte[kernel.ParameterBytes];
        Require(parameters is null || extra is null, "kernelParams and extra both give arguments.");
        if (buffer.Length == 0)
            return buffer;
        Require(
            parameters is not null || extra is not null, $"{kernel.Name} takes {kernel.Parameters.Count} arguments, and none are given.");
        if (extra is not null)
        {
            ArgumentBuffer(kernel, extra, buffer.Length).CopyTo(buffer);
            return buffer;
        }
        for (int i = 0; i < kernel.Parameters.Count; i++)
        {
            KernelParameter parameter = kernel.Parameters[i];
            Require(parameters[i] is not null, $"argument {i} of {kernel.Name} is a null pointer.");
            new ReadOnlySpan<byte>(parameters[i], parameter.Bytes).CopyTo(buffer.AsSpan(parameter.Offset));
        }
        return buffer;
    }

    /// <summary>The buffer that the pairs of CU_LAUNCH_PARAM_... keys and values name.</summary>
    private static ReadOnlySpan<byte> ArgumentBuffer(Kernel kernel, void** extra, int needed)
    {
        const nint End = 0, BufferPointer = 1, BufferSize = 2;
        byte* given = null;
        nuint bytes = 0;
        for (; (nint)(*extra) != End; extra += 2)
        {
            switch ((nint)(*extra))
            {
                case BufferPointer:
                    given = (byte*)extra[1];
                    break;
                case BufferSize:
                    RequirePointer(extra[1]);
                    bytes = *(nuint*)extra[1];
                    break;
                default:
                    throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"extra has the unknown key {(nint)(*extra)}.");
            }
        }
        // A C struct of the arguments may be padded at its end.
        Require(
            given is not null && bytes >= (nuint)needed && bytes < (nuint)needed + 16,
            $"{bytes} bytes of arguments; {kernel.Name} takes {needed}.");
        return new ReadOnlySpan<byte>(given, needed);
    }
}
