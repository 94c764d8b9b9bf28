namespace GptCuda.Kernels.Native.Nvrtc;

/// <summary>A program to compile.</summary>
internal readonly record struct nvrtcProgram(nint Value);
