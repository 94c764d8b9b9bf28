namespace GptCuda.Kernels.Native.Driver;

/// <summary>Which launch attribute a value is for.</summary>
internal enum CUlaunchAttributeID : uint
{
    CU_LAUNCH_ATTRIBUTE_COOPERATIVE = 2,
    CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION = 6,
}
