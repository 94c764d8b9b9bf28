using System.Runtime.InteropServices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Devices;

/// <summary>An open CUDA driver. Thread-safe; it needs no closing.</summary>
public sealed unsafe class CudaDriver
{
    private CudaDriver(LibCuda cu)
    {
        Cu = cu;
    }

    /// <summary>The newest CUDA version that the driver supports: 1000 x major + 10 x minor.</summary>
    public int Version { get; private init; }

    /// <summary>How many GPUs there are; may be 0.</summary>
    public int DeviceCount { get; private init; }

    /// <summary>The library that it is, and its path.</summary>
    public SymbolTable Symbols => Cu.Symbols;

    internal LibCuda Cu { get; }

    /// <summary>Binds and initialises a driver.</summary>
    /// <param name="symbols">libcuda's functions.</param>
    /// <exception cref="MissingSymbolException">The driver is older than CUDA 11.6.</exception>
    /// <exception cref="CudaException">The driver cannot be initialised; not that there is no GPU, which is a count of 0.</exception>
    public static CudaDriver Open(SymbolTable symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        var cu = new LibCuda(symbols);
        var driver = new CudaDriver(cu);
        CUresult initialised = cu.cuInit(0);
        int version, count = 0;
        driver.Check(cu.cuDriverGetVersion(&version), nameof(cu.cuDriverGetVersion), "asking for the driver's version");
        // Without a GPU the driver refuses to be initialised at all.
        if (initialised != CUresult.CUDA_ERROR_NO_DEVICE)
        {
            driver.Check(initialised, nameof(cu.cuInit), $"initialising {symbols.Library}");
            driver.Check(cu.cuDeviceGetCount(&count), nameof(cu.cuDeviceGetCount), "counting GPUs");
        }
        return new CudaDriver(cu) { Version = version, DeviceCount = count };
    }

    /// <summary>The properties of a GPU.</summary>
    /// <param name="ordinal">0 to <see cref="DeviceCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such GPU.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public CudaDevice GetDevice(int ordinal)
    {
        CUdevice device = Handle(ordinal);
        nuint bytes;
        Check(Cu.cuDeviceTotalMem_v2(&bytes, device), nameof(Cu.cuDeviceTotalMem_v2), $"asking device {ordinal} for its memory");
        int Ask(CUdevice_attribute attribute)
        {
            int value;
            Check(
                Cu.cuDeviceGetAttribute(&value, attribute, device),
                nameof(Cu.cuDeviceGetAttribute),
                $"asking device {ordinal} for {attribute}");
            return value;
        }
        long clock = 1000L * Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
        long busBytes = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH) / 8;
        return new CudaDevice
        {
            Ordinal = ordinal,
            Name = Name(device),
            ComputeCapability = new ComputeCapability(
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)),
            MemoryBytes = (long)bytes,
            MultiprocessorCount = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
            L2Bytes = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE),
            BytesPerSecond = clock > 0 && busBytes > 0 ? 2 * clock * busBytes : null,
            MaxThreadsPerMultiprocessor = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR),
            SharedBytesPerMultiprocessor = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR),
            SharedBytesPerBlock = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
            SharedBytesPerBlockOptIn = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
            MaxThreadsPerBlock = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            MaxBlock = new Dim3(
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X),
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y),
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z)),
            MaxGrid = new Dim3(
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X),
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y),
                Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z)),
            SupportsCooperativeLaunch = Ask(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH) != 0,
        };
    }

    internal CUdevice Handle(int ordinal)
    {
        if ((uint)ordinal >= (uint)DeviceCount)
            throw new ArgumentOutOfRangeException(
                nameof(ordinal), $"There is no CUDA device {ordinal}: {Symbols.Library} has {DeviceCount}.");
        CUdevice device;
        Check(Cu.cuDeviceGet(&device, ordinal), nameof(Cu.cuDeviceGet), $"opening device {ordinal}");
        return device;
    }

    /// <summary>Throws where a call that concerns no context failed.</summary>
    internal void Check(CUresult result, string function, string doing)
    {
        if (result != CUresult.CUDA_SUCCESS) throw Failure(result, function, doing);
    }

    /// <inheritdoc cref="Check(CUresult, string, string)"/>
    internal void Check(
        CUresult result,
        string function,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(result))] CallDescription doing)
    {
        if (result != CUresult.CUDA_SUCCESS) throw Failure(result, function, doing.ToString());
    }

    internal CudaException Failure(CUresult result, string function, string doing) =>
        new(Describe(result, function, doing), function, CodeName(result), (int)result);

    /// <summary>One line: function, code, the driver's words for it, and what was being done.</summary>
    internal string Describe(CUresult result, string function, string doing) =>
        $"{function} failed while {doing}: {CodeName(result)} ({(int)result}), {CodeText(result)}.";

    internal string CodeName(CUresult result)
    {
        byte* text;
        return Cu.cuGetErrorName(result, &text) == CUresult.CUDA_SUCCESS ? Marshal.PtrToStringUTF8((nint)text)! : "an unknown code";
    }

    private string CodeText(CUresult result)
    {
        byte* text;
        return Cu.cuGetErrorString(result, &text) == CUresult.CUDA_SUCCESS
            ? Marshal.PtrToStringUTF8((nint)text)!
            : "which the driver cannot explain";
    }

    private string Name(CUdevice device)
    {
        byte* name = stackalloc byte[256];
        Check(Cu.cuDeviceGetName(name, 256, device), nameof(Cu.cuDeviceGetName), $"asking device {device.Value} for its name");
        return Marshal.PtrToStringUTF8((nint)name)!;
    }
}
