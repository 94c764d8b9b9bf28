using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    private static readonly string PciBusId = $"0000:{DeviceAttributes.PciBus:X2}:00.0";

    [UnmanagedCallersOnly(EntryPoint = nameof(cuInit))]
    public static CUresult cuInit(uint flags) => Boundary.Guard(nameof(cuInit), () =>
    {
        Require(flags == 0, $"flags is {flags}; 0 is expected.");
        try
        {
            Boundary.Initialize();
        }
        catch (ArgumentException problem)
        {
            // A variable of the environment; whoever set it has to hear of it.
            Console.Error.WriteLine($"virtual GPU: {problem.Message}");
            throw new DriverException(CUDA_ERROR_INVALID_VALUE, problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"virtual GPU: the report cannot be written: {problem.Message}");
            throw new DriverException(CUDA_ERROR_OPERATING_SYSTEM, problem.Message);
        }
        catch (InsufficientMemoryException problem)
        {
            Console.Error.WriteLine($"virtual GPU: {problem.Message}");
            throw new DriverException(CUDA_ERROR_OUT_OF_MEMORY, problem.Message);
        }
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDriverGetVersion))]
    public static CUresult cuDriverGetVersion(int* version) => Boundary.Guard(nameof(cuDriverGetVersion), () =>
    {
        RequirePointer(version);
        *version = VirtualDriver.Version;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetErrorName))]
    public static CUresult cuGetErrorName(CUresult error, byte** name) => Boundary.Guard(nameof(cuGetErrorName), () =>
    {
        RequirePointer(name);
        *name = ErrorTexts.Name(error);
        Require(*name is not null, $"{(int)error} is no status code.");
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetErrorString))]
    public static CUresult cuGetErrorString(CUresult error, byte** text) => Boundary.Guard(nameof(cuGetErrorString), () =>
    {
        RequirePointer(text);
        *text = ErrorTexts.Text(error);
        Require(*text is not null, $"{(int)error} is no status code.");
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetCount))]
    public static CUresult cuDeviceGetCount(int* count) => Boundary.OnDriver(nameof(cuDeviceGetCount), _ =>
    {
        RequirePointer(count);
        *count = 1;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGet))]
    public static CUresult cuDeviceGet(int* device, int ordinal) => Boundary.OnDriver(nameof(cuDeviceGet), _ =>
    {
        RequirePointer(device);
        RequireDevice(ordinal);
        *device = ordinal;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetName))]
    public static CUresult cuDeviceGetName(byte* name, int length, int device) => Boundary.OnDriver(nameof(cuDeviceGetName), driver =>
    {
        RequireDevice(device);
        CopyText(driver.Profile.Name + " (software)", name, length);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetUuid))]
    public static CUresult cuDeviceGetUuid(byte* uuid, int device) => GiveUuid(nameof(cuDeviceGetUuid), uuid, device);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetUuid_v2))]
    public static CUresult cuDeviceGetUuid_v2(byte* uuid, int device) => GiveUuid(nameof(cuDeviceGetUuid_v2), uuid, device);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetPCIBusId))]
    public static CUresult cuDeviceGetPCIBusId(byte* text, int length, int device) => Boundary.OnDriver(nameof(cuDeviceGetPCIBusId), _ =>
    {
        RequireDevice(device);
        CopyText(PciBusId, text, length);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetByPCIBusId))]
    public static CUresult cuDeviceGetByPCIBusId(int* device, byte* text) => Boundary.OnDriver(nameof(cuDeviceGetByPCIBusId), _ =>
    {
        RequirePointer(device);
        RequirePointer(text);
        string asked = Marshal.PtrToStringUTF8((nint)text)!;
        // The domain and the function may be left out.
        bool known = PciBusId.Equals(asked, StringComparison.OrdinalIgnoreCase) || asked is "01:00.0" or "0000:01:00" or "01:00";
        if (!known)
            throw new DriverException(CUDA_ERROR_INVALID_DEVICE, $"no device at {asked}; there is one, at {PciBusId}.");
        *device = 0;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceTotalMem_v2))]
    public static CUresult cuDeviceTotalMem_v2(nuint* bytes, int device) => Boundary.OnDriver(nameof(cuDeviceTotalMem_v2), driver =>
    {
        RequirePointer(bytes);
        RequireDevice(device);
        *bytes = (nuint)driver.Memory.Capacity;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetAttribute))]
    public static CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, int device) =>
        Boundary.OnDriver(nameof(cuDeviceGetAttribute), driver =>
        {
            RequirePointer(value);
            RequireDevice(device);
            *value = DeviceAttributes.Value(driver.Profile, attribute)
                ?? throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"{(int)attribute} is no device attribute.");
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceComputeCapability))]
    public static CUresult cuDeviceComputeCapability(int* major, int* minor, int device) =>
        Boundary.OnDriver(nameof(cuDeviceComputeCapability), driver =>
        {
            RequirePointer(major);
            RequirePointer(minor);
            RequireDevice(device);
            (*major, *minor) = (driver.Profile.ComputeMajor, driver.Profile.ComputeMinor);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceCanAccessPeer))]
    public static CUresult cuDeviceCanAccessPeer(int* can, int device, int peer) => Boundary.OnDriver(nameof(cuDeviceCanAccessPeer), _ =>
    {
        RequirePointer(can);
        RequireDevice(device);
        RequireDevice(peer);
        *can = 0;
    });

    private static CUresult GiveUuid(string function, byte* uuid, int device) => Boundary.OnDriver(function, driver =>
    {
        RequirePointer(uuid);
        RequireDevice(device);
        Encoding.ASCII.GetBytes($"virtual {driver.Profile.Key}".PadRight(16)[..16]).CopyTo(new Span<byte>(uuid, 16));
    });
}
