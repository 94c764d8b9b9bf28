using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Tests.Driver;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>A wrong call.</summary>
/// <param name="Function">What is called.</param>
/// <param name="What">What is wrong about it.</param>
/// <param name="Expected">The driver's code.</param>
/// <param name="Arguments">Makes the arguments.</param>
internal sealed record MisuseCase(string Function, string What, CUresult Expected, Func<DriverSession, nint[]> Arguments);
