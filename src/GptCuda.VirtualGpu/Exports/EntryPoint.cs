using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUdriverProcAddressQueryResult;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>An exported function of the driver.</summary>
/// <param name="Name">Its exported name.</param>
/// <param name="Since">The CUDA version (1000 x major + 10 x minor) that brought this form of it.</param>
/// <param name="Address">Where it is.</param>
internal sealed record EntryPoint(string Name, int Since, nint Address)
{
    private static readonly Dictionary<string, EntryPoint> ByName = DriverExports.EntryPoints.ToDictionary(
        entry => entry.Name, StringComparer.Ordinal);

    private static readonly ILookup<string, EntryPoint> ByBaseName = DriverExports.EntryPoints.ToLookup(
        entry => entry.BaseName, StringComparer.Ordinal);

    /// <summary>The name without _v2, _v3, ...: what a program writes that includes cuda.h.</summary>
    public string BaseName => Name.Length > 3 && Name[^3] == '_' && Name[^2] == 'v' && char.IsAsciiDigit(Name[^1]) ? Name[..^3] : Name;

    /// <summary>Finds the newest form of a function that a CUDA version has.</summary>
    /// <param name="name">The base name, or the exact one of a form.</param>
    /// <param name="version">The CUDA version that the program is written for.</param>
    /// <param name="address">The function, or 0.</param>
    public static CUdriverProcAddressQueryResult Find(string name, int version, out nint address)
    {
        address = 0;
        IEnumerable<EntryPoint> forms = ByBaseName[name];
        if (!forms.Any())
        {
            if (!ByName.TryGetValue(name, out EntryPoint? exact))
                return CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
            forms = [exact];
        }
        if (forms.Where(form => form.Since <= version).MaxBy(form => form.Since) is not { } newest)
            return CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT;
        address = newest.Address;
        return CU_GET_PROC_ADDRESS_SUCCESS;
    }
}
