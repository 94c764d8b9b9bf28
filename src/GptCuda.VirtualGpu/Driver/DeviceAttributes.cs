using GptCuda.VirtualGpu.Profiles;
using static GptCuda.VirtualGpu.Driver.CUdevice_attribute;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>What a device answers to cuDeviceGetAttribute.</summary>
internal static class DeviceAttributes
{
    /// <summary>
    /// An attribute's value: 0 for one that CUDA has and this device does not (textures, managed memory, memory pools, clusters),
    /// null for a number that is no attribute.
    /// </summary>
    public static int? Value(DeviceProfile profile, CUdevice_attribute attribute) => attribute switch
    {
        CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK => DeviceProfile.MaximumThreadsPerBlock,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X or CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => 1024,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => 64,
        CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => int.MaxValue,
        CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y or CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => 65535,
        CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => DeviceProfile.SharedPerBlock,
        CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN => profile.SharedPerBlockOptIn,
        CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR => profile.SharedPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK => profile.SharedReservedPerBlock,
        CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY => 64 * 1024,
        CU_DEVICE_ATTRIBUTE_WARP_SIZE => 32,
        CU_DEVICE_ATTRIBUTE_MAX_PITCH => int.MaxValue,
        CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK or CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR =>
            DeviceProfile.RegistersPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_CLOCK_RATE => profile.ClockMegahertz * 1000,
        CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE => MemoryClockKilohertz(profile),
        CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH => profile.MemoryBusBits,
        CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE => (int)profile.L2Bytes,
        CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT => profile.Multiprocessors,
        CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR => profile.ThreadsPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR => profile.BlocksPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => profile.ComputeMajor,
        CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => profile.ComputeMinor,
        CU_DEVICE_ATTRIBUTE_PCI_BUS_ID => PciBus,
        CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT or CU_DEVICE_ATTRIBUTE_SURFACE_ALIGNMENT => 512,
        CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT => 32,
        CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT => 3,
        // Data-centre chips have half the f64 rate, others one 64th of it (one 32nd before 8.0).
        CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO =>
            profile.ComputeCapability switch { 80 or 90 or 100 => 2, < 80 => 32, _ => 64 },
        CU_DEVICE_ATTRIBUTE_GPU_OVERLAP or CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY or CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS
            or CU_DEVICE_ATTRIBUTE_ECC_ENABLED or CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING or CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED
            or CU_DEVICE_ATTRIBUTE_GLOBAL_L1_CACHE_SUPPORTED or CU_DEVICE_ATTRIBUTE_LOCAL_L1_CACHE_SUPPORTED
            or CU_DEVICE_ATTRIBUTE_COMPUTE_PREEMPTION_SUPPORTED or CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH => 1,
        > 0 and < CU_DEVICE_ATTRIBUTE_MAX => 0,
        _ => null,
    };

    /// <summary>The bus that cuDeviceGetPCIBusId names, too.</summary>
    public const int PciBus = 1;

    /// <summary>Bandwidth = bus width x clock x 2, as memory of every kind here transfers twice a clock.</summary>
    private static int MemoryClockKilohertz(DeviceProfile profile) =>
        (int)(profile.GigabytesPerSecond * 1_000_000L * 8 / (2L * profile.MemoryBusBits));
}
