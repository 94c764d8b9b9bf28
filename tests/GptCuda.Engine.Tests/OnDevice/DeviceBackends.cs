using GptCuda.Engine.Cuda;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Tests.OnDevice;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>Backends on the tests' GPU.</summary>
internal static class DeviceBackends
{
    /// <summary>A backend whose kernels are kept for the tests after it.</summary>
    public static CudaBackend NewBackend(this TestDevice device, IWeightSource weights, CudaOptions options) =>
        CudaBackend.Create(weights, device.Libraries, options with { ImageCache = device.ImageCache });
}
