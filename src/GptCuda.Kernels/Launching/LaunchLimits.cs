using GptCuda.Kernels.Devices;

namespace GptCuda.Kernels.Launching;

/// <summary>The limits of a launch, checked before the driver is called: its own message would be "invalid argument".</summary>
internal static class LaunchLimits
{
    /// <summary>Checks extents, threads and shared memory.</summary>
    /// <exception cref="ArgumentException">One passes its limit.</exception>
    public static void Check(Kernel kernel, CudaDevice device, in LaunchShape shape, int dynamicShared)
    {
        if (!Within(shape.Grid, device.MaxGrid))
            Refuse(kernel, $"a grid of {shape.Grid} blocks; {device.Name} takes (1, 1, 1) to {device.MaxGrid}");
        if (!Within(shape.Block, device.MaxBlock))
            Refuse(kernel, $"a block of {shape.Block} threads; {device.Name} takes (1, 1, 1) to {device.MaxBlock}");
        int most = Math.Min(device.MaxThreadsPerBlock, kernel.Resources.MaxThreadsPerBlock);
        if (shape.Block.Count > most)
            Refuse(kernel, $"{shape.Block.Count} threads a block; with its registers and launch bounds it can have {most}");
        if ((uint)shape.SharedBytes > (uint)dynamicShared)
        {
            Refuse(kernel, $"{shape.SharedBytes} bytes of dynamic shared memory besides {kernel.Resources.SharedBytes} static ones; "
                + $"{dynamicShared} are allowed, and more only after AllowSharedBytes");
        }
    }

    /// <summary>Checks that all blocks of a grid run at once.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void CheckCooperative(Kernel kernel, CudaDevice device, in LaunchShape shape, int blocksPerMultiprocessor)
    {
        if (!device.SupportsCooperativeLaunch) Refuse(kernel, $"a cooperative launch, which {device.Name} does not have");
        long resident = (long)blocksPerMultiprocessor * device.MultiprocessorCount;
        if (shape.Grid.Count > resident)
        {
            Refuse(kernel, $"a cooperative grid of {shape.Grid.Count} blocks; {resident} run at once "
                + $"({blocksPerMultiprocessor} on each of {device.MultiprocessorCount} multiprocessors)");
        }
    }

    /// <summary>Checks that the device starts kernels early.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void CheckOverlapping(Kernel kernel, CudaDevice device)
    {
        if (device.ComputeCapability < new ComputeCapability(9, 0))
            Refuse(kernel, $"an overlapping launch, which needs compute capability 9.0; {device.Name} has {device.ComputeCapability}");
    }

    private static bool Within(Dim3 extents, Dim3 most) =>
        (uint)(extents.X - 1) < (uint)most.X && (uint)(extents.Y - 1) < (uint)most.Y && (uint)(extents.Z - 1) < (uint)most.Z;

    private static void Refuse(Kernel kernel, string what) =>
        throw new ArgumentException($"Kernel {kernel.Name} cannot be launched with {what}.");
}
