using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Libraries;

/// <summary>The driver and NVRTC of this process, opened, and cuBLAS where it is asked for. Thread-safe.</summary>
public sealed class CudaLibraries
{
    private readonly Lazy<SymbolTable> _cublas;

    /// <summary>Opens libraries that are known already, for example those of a GPU in this process.</summary>
    /// <param name="driver">libcuda's functions.</param>
    /// <param name="nvrtc">libnvrtc's.</param>
    /// <param name="cublas">Finds libcublas; called when it is first needed.</param>
    /// <exception cref="MissingSymbolException">A function that is needed is missing.</exception>
    public CudaLibraries(SymbolTable driver, SymbolTable nvrtc, Func<SymbolTable> cublas)
        : this(CudaDriver.Open(driver), NvrtcCompiler.Open(nvrtc), cublas, [])
    {
    }

    private CudaLibraries(CudaDriver driver, NvrtcCompiler nvrtc, Func<SymbolTable> cublas, IReadOnlyList<string> notices)
    {
        Driver = driver;
        Nvrtc = nvrtc;
        // A failure is thrown to each who asks, and not remembered: cuBLAS may have been installed since.
        _cublas = new Lazy<SymbolTable>(cublas, LazyThreadSafetyMode.PublicationOnly);
        Notices = notices;
    }

    /// <summary>The driver.</summary>
    public CudaDriver Driver { get; }

    /// <summary>The compiler.</summary>
    public NvrtcCompiler Nvrtc { get; }

    /// <summary>cuBLAS, looked for at the first use.</summary>
    /// <exception cref="LibraryNotFoundException">There is none of NVRTC's version.</exception>
    public SymbolTable Cublas => _cublas.Value;

    /// <summary>What was found and passed over, one line each.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>Finds and opens the driver and NVRTC.</summary>
    /// <param name="host">Where to look; null for this machine.</param>
    /// <exception cref="LibraryNotFoundException">One is not there; the message lists all that was tried.</exception>
    /// <exception cref="MissingSymbolException">The driver is too old.</exception>
    /// <exception cref="Errors.CudaException">The driver cannot be initialised.</exception>
    /// <exception cref="NotSupportedException">The driver has no GPU; then it does not matter what else there is.</exception>
    public static CudaLibraries Find(SearchHost? host = null)
    {
        var search = new LibrarySearch(host);
        CudaDriver driver = CudaDriver.Open(search.FindDriver());
        if (driver.DeviceCount == 0) throw new NotSupportedException("The NVIDIA driver is there, but no GPU.");
        NvrtcCompiler nvrtc = NvrtcCompiler.Open(search.FindNvrtc(driver.Version));
        return new CudaLibraries(driver, nvrtc, () => search.FindCublas(nvrtc.Version / 1000), search.Notices);
    }
}
