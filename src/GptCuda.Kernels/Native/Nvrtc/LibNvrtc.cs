namespace GptCuda.Kernels.Native.Nvrtc;

/// <summary>The functions of NVRTC, the run-time compiler, that are used. All are in NVRTC 12 and 13.</summary>
internal sealed unsafe class LibNvrtc
{
    // Versions and errors
    internal readonly delegate* unmanaged<int*, int*, nvrtcResult> nvrtcVersion;
    internal readonly delegate* unmanaged<nvrtcResult, byte*> nvrtcGetErrorString;
    internal readonly delegate* unmanaged<int*, nvrtcResult> nvrtcGetNumSupportedArchs;
    internal readonly delegate* unmanaged<int*, nvrtcResult> nvrtcGetSupportedArchs;

    // Programs
    internal readonly delegate* unmanaged<nvrtcProgram*, byte*, byte*, int, byte**, byte**, nvrtcResult> nvrtcCreateProgram;
    internal readonly delegate* unmanaged<nvrtcProgram, int, byte**, nvrtcResult> nvrtcCompileProgram;
    internal readonly delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> nvrtcGetProgramLogSize;
    internal readonly delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> nvrtcGetProgramLog;
    internal readonly delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> nvrtcGetPTXSize;
    internal readonly delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> nvrtcGetPTX;
    internal readonly delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> nvrtcGetCUBINSize;
    internal readonly delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> nvrtcGetCUBIN;
    internal readonly delegate* unmanaged<nvrtcProgram*, nvrtcResult> nvrtcDestroyProgram;

    internal LibNvrtc(SymbolTable symbols)
    {
        Symbols = symbols;
        nvrtcVersion = (delegate* unmanaged<int*, int*, nvrtcResult>)symbols.Require(nameof(nvrtcVersion));
        nvrtcGetErrorString = (delegate* unmanaged<nvrtcResult, byte*>)symbols.Require(nameof(nvrtcGetErrorString));
        nvrtcGetNumSupportedArchs = (delegate* unmanaged<int*, nvrtcResult>)symbols.Require(nameof(nvrtcGetNumSupportedArchs));
        nvrtcGetSupportedArchs = (delegate* unmanaged<int*, nvrtcResult>)symbols.Require(nameof(nvrtcGetSupportedArchs));
        nvrtcCreateProgram =
            (delegate* unmanaged<nvrtcProgram*, byte*, byte*, int, byte**, byte**, nvrtcResult>)symbols.Require(nameof(nvrtcCreateProgram));
        nvrtcCompileProgram = (delegate* unmanaged<nvrtcProgram, int, byte**, nvrtcResult>)symbols.Require(nameof(nvrtcCompileProgram));
        nvrtcGetProgramLogSize = (delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult>)symbols.Require(nameof(nvrtcGetProgramLogSize));
        nvrtcGetProgramLog = (delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult>)symbols.Require(nameof(nvrtcGetProgramLog));
        nvrtcGetPTXSize = (delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult>)symbols.Require(nameof(nvrtcGetPTXSize));
        nvrtcGetPTX = (delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult>)symbols.Require(nameof(nvrtcGetPTX));
        nvrtcGetCUBINSize = (delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult>)symbols.Require(nameof(nvrtcGetCUBINSize));
        nvrtcGetCUBIN = (delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult>)symbols.Require(nameof(nvrtcGetCUBIN));
        nvrtcDestroyProgram = (delegate* unmanaged<nvrtcProgram*, nvrtcResult>)symbols.Require(nameof(nvrtcDestroyProgram));
    }

    /// <summary>Where the functions come from.</summary>
    internal SymbolTable Symbols { get; }
}
