namespace GptCuda.VirtualGpu.Blas;

/// <summary>A part of a library's version.</summary>
internal enum libraryPropertyType : uint
{
    MAJOR_VERSION = 0,
    MINOR_VERSION = 1,
    PATCH_LEVEL = 2,
}
