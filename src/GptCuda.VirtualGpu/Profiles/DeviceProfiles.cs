namespace GptCuda.VirtualGpu.Profiles;

/// <summary>The devices that can be played: a row each.</summary>
internal static class DeviceProfiles
{
    /// <summary>The environment variable that chooses one.</summary>
    public const string Variable = "GPTCUDA_VIRTUAL_DEVICE";

    private const long GB = 1L << 30;
    private const long MB = 1L << 20;
    private const int KB = 1 << 10;

    /// <summary>
    /// Limits of each compute capability: CUDA C++ Programming Guide, "Technical Specifications per Compute Capability". Sizes, rates
    /// and clocks: the makers' data sheets. The first row is the default.
    /// </summary>
    public static IReadOnlyList<DeviceProfile> All { get; } =
    [
        new("h100", "NVIDIA H100 80GB HBM3", 9, 0, 132, 3350, 50 * MB, 80 * GB, 1980, 5120, 2048, 32, 228 * KB, 227 * KB),
        new("t4", "Tesla T4", 7, 5, 40, 320, 4 * MB, 16 * GB, 1590, 256, 1024, 16, 64 * KB, 64 * KB),
        new("a100", "NVIDIA A100-SXM4-80GB", 8, 0, 108, 2039, 40 * MB, 80 * GB, 1410, 5120, 2048, 32, 164 * KB, 163 * KB),
        new("rtx4090", "NVIDIA GeForce RTX 4090", 8, 9, 128, 1008, 72 * MB, 24 * GB, 2520, 384, 1536, 24, 100 * KB, 99 * KB),
        new("h200", "NVIDIA H200", 9, 0, 132, 4800, 50 * MB, 141 * GB, 1980, 6144, 2048, 32, 228 * KB, 227 * KB),
        new("b200", "NVIDIA B200", 10, 0, 148, 8000, 126 * MB, 180 * GB, 1965, 8192, 2048, 32, 228 * KB, 227 * KB),
        new("rtx5090", "NVIDIA GeForce RTX 5090", 12, 0, 170, 1792, 96 * MB, 32 * GB, 2407, 512, 1536, 24, 100 * KB, 99 * KB),
    ];

    /// <summary>The profile that GPTCUDA_VIRTUAL_DEVICE names; the first one when it is not set.</summary>
    /// <exception cref="ArgumentException">It names none of them.</exception>
    public static DeviceProfile FromEnvironment() => Named(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The profile with a key, in any case; the first one for null or nothing.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static DeviceProfile Named(string? key)
    {
        if (string.IsNullOrWhiteSpace(key))
            return All[0];
        return All.FirstOrDefault(profile => profile.Key.Equals(key.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"{Variable}={key}: no such device; known are {string.Join(", ", All.Select(profile => profile.Key))}", nameof(key));
    }
}
