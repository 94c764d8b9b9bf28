using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native;

namespace GptCuda.Kernels.Libraries;

/// <summary>The libraries and GPUs of a machine, whether or not they can be used.</summary>
public sealed record CudaInventory
{
    /// <summary>Driver, NVRTC and cuBLAS, in this order.</summary>
    public required IReadOnlyList<LibraryReport> Libraries { get; init; }

    /// <summary>The GPUs that answer, by number.</summary>
    public required IReadOnlyList<CudaDevice> Devices { get; init; }

    /// <summary>Libraries and GPUs that were found and passed over, one line each.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Looks. Nothing that is missing is an exception.</summary>
    /// <param name="host">Where; null for this machine.</param>
    public static CudaInventory Take(SearchHost? host = null)
    {
        var search = new LibrarySearch(host);
        CudaDriver? driver = null;
        LibraryReport driverReport = Report(CudaLibrary.Driver, () =>
        {
            SymbolTable symbols = search.FindDriver();
            driver = CudaDriver.Open(symbols);
            return (CudaVersion.Text(driver.Version), symbols);
        });

        int nvrtcMajor = 0;
        LibraryReport nvrtcReport = Report(CudaLibrary.Nvrtc, () =>
        {
            // Without a driver nothing is too new; what is there is still worth knowing.
            NvrtcCompiler nvrtc = NvrtcCompiler.Open(search.FindNvrtc(driver?.Version ?? int.MaxValue));
            nvrtcMajor = nvrtc.Version / 1000;
            return (CudaVersion.Text(nvrtc.Version), nvrtc.Symbols);
        });

        LibraryReport cublasReport = nvrtcMajor == 0
            ? new LibraryReport(CudaLibrary.Cublas, null, null, "cuBLAS was not looked for: it has to be of NVRTC's version.")
            : Report(CudaLibrary.Cublas, () =>
            {
                SymbolTable symbols = search.FindCublas(nvrtcMajor);
                return (CublasVersion.Of(symbols).ToString(), symbols);
            });
        List<CudaDevice> devices = [];
        List<string> notices = [.. search.Notices];
        for (int ordinal = 0; ordinal < driver?.DeviceCount; ordinal++)
        {
            // One GPU that fell off the bus hides neither the others nor the driver.
            try
            {
                devices.Add(driver.GetDevice(ordinal));
            }
            catch (CudaException exception)
            {
                notices.Add($"GPU {ordinal} is left out: {exception.Message}");
            }
        }

        return new CudaInventory { Libraries = [driverReport, nvrtcReport, cublasReport], Devices = devices, Notices = notices };
    }

    private static LibraryReport Report(CudaLibrary library, Func<(string Version, SymbolTable Symbols)> open)
    {
        try
        {
            (string version, SymbolTable symbols) = open();
            return new LibraryReport(library, version, symbols.Path ?? symbols.Library, null);
        }
        catch (Exception exception) when (
            exception is LibraryNotFoundException or MissingSymbolException or CudaException or NvrtcException or CublasException)
        {
            return new LibraryReport(library, null, null, exception.Message);
        }
    }
}
