using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>The exports of libcuda. Names, order and widths of parameters are CUDA's; what each does is CUDA's documentation.</summary>
internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuInit))]
    public static CUresult cuInit(uint flags) => Boundary.Guard(nameof(cuInit), () =>
    {
        Require(flags == 0, $"flags is {flags}; 0 is expected.");
        Boundary.Initialize();
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
        RequirePointer(name);
        RequireDevice(device);
        Require(length > 0, $"the buffer has {length} bytes.");
        CopyText(driver.Profile.Name + " (software)", name, length);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetUuid_v2))]
    public static CUresult cuDeviceGetUuid_v2(byte* uuid, int device) => Boundary.OnDriver(nameof(cuDeviceGetUuid_v2), driver =>
    {
        RequirePointer(uuid);
        RequireDevice(device);
        Encoding.ASCII.GetBytes($"virtual {driver.Profile.Key}".PadRight(16)[..16]).CopyTo(new Span<byte>(uuid, 16));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceTotalMem_v2))]
    public static CUresult cuDeviceTotalMem_v2(nuint* bytes, int device) => Boundary.OnDriver(nameof(cuDeviceTotalMem_v2), driver =>
    {
        RequirePointer(bytes);
        RequireDevice(device);
        *bytes = (nuint)driver.Memory.Capacity;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetAttribute))]
    public static CUresult cuDeviceGetAttribute(int* value, int attribute, int device) =>
        Boundary.OnDriver(nameof(cuDeviceGetAttribute), driver =>
        {
            RequirePointer(value);
            RequireDevice(device);
            *value = DeviceAttributes.Value(driver.Profile, attribute)
                ?? throw new DriverException(CUDA_ERROR_INVALID_VALUE, $"{attribute} is no device attribute.");
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

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new DriverException(CUDA_ERROR_INVALID_VALUE, otherwise);
    }

    private static void RequirePointer(void* pointer) => Require(pointer is not null, "a pointer is null.");

    private static void RequireDevice(int device)
    {
        if (device != 0)
            throw new DriverException(CUDA_ERROR_INVALID_DEVICE, $"device {device}; there is one, number 0.");
    }

    /// <summary>Copies a text with its terminating zero, cut to the room that there is.</summary>
    private static void CopyText(string text, byte* destination, long room)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = (int)Math.Min(bytes.Length, room - 1);
        bytes.AsSpan(0, length).CopyTo(new Span<byte>(destination, length));
        destination[length] = 0;
    }
}
