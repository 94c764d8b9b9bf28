using GptCuda.Tests;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Tests.Counting;

public sealed class LaunchLimitsTests
{
    private static LaunchDescription Launch(
        int blocks = 1, int threads = 256, int shared = 0, int registers = 0, bool cooperative = false) =>
        new("k", new(blocks, 1, 1), new(threads, 1, 1), shared, 0, 0, cooperative, registers, _ => default);

    private static FaultKind? Kind(LaunchDescription launch, string device = "h100", int dynamic = 0, int allowed = 0, int maximum = 0) =>
        LaunchLimits.Check(DeviceProfiles.Named(device), launch, dynamic, allowed, maximum)?.Kind;

    [Fact]
    public void Check_WithinTheLimits_Passes()
    {
        Assert.Null(Kind(Launch(blocks: int.MaxValue, threads: 1024)));
        Assert.Null(Kind(Launch() with { Grid = new(1, 65535, 65535), Block = new(4, 4, 64) }));
    }

    [Fact]
    public void Check_Extents_AreInvalidBeyond()
    {
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch(blocks: 0)));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch() with { Grid = new(1, 65536, 1) }));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch(threads: 1025)));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch() with { Block = new(1, 1, 65) }));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch(threads: 256), maximum: 128));
    }

    [Fact]
    public void Check_MoreThan48KiB_NeedsOptIn_UpToTheDevicesLimit()
    {
        Assert.Null(Kind(Launch(shared: 48 * 1024), dynamic: 48 * 1024));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch(shared: 48 * 1024 + 1), dynamic: 48 * 1024 + 1));
        Assert.Null(Kind(Launch(shared: 227 * 1024), dynamic: 227 * 1024, allowed: 227 * 1024));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch(shared: 227 * 1024 + 1), dynamic: 227 * 1024 + 1, allowed: 228 * 1024));
        Assert.Equal(FaultKind.InvalidLaunch, Kind(Launch(shared: 65 * 1024), "t4", dynamic: 65 * 1024, allowed: 65 * 1024));
    }

    [Fact]
    public void Check_Registers_CountOnlyWhereTheyAreKnown()
    {
        Assert.Null(Kind(Launch(threads: 1024, registers: 64)));
        Assert.Equal(FaultKind.LaunchOutOfResources, Kind(Launch(threads: 1024, registers: 65)));
        Assert.Null(Kind(Launch(threads: 1024, registers: 0)));
    }

    [Fact]
    public void Check_Cooperative_NeedsEveryBlockResident()
    {
        Assert.Null(Kind(Launch(blocks: 132 * 8, cooperative: true)));
        Assert.Equal(FaultKind.CooperativeLaunchTooLarge, Kind(Launch(blocks: 132 * 8 + 1, cooperative: true)));
        Assert.Null(Kind(Launch(blocks: 132 * 8 + 1)));
        Assert.Equal(FaultKind.CooperativeLaunchTooLarge, Kind(Launch(blocks: 161, cooperative: true), "t4"));
    }

    [Fact]
    public void Faults_CarryTheDriversCodes()
    {
        var profile = DeviceProfiles.Named("H100");
        Assert.Equal(1, LaunchLimits.Check(profile, Launch(threads: 1025), 0, 0, 0)!.ErrorCode);
        Assert.Equal(701, LaunchLimits.Check(profile, Launch(threads: 1024, registers: 255), 0, 0, 0)!.ErrorCode);
        Assert.Equal(720, LaunchLimits.Check(profile, Launch(blocks: 100_000, cooperative: true), 0, 0, 0)!.ErrorCode);
    }

    [Fact]
    public void Profiles_UnknownName_ListsTheKnown()
    {
        Assert.Contains("h100, t4", Assert.Throws<ArgumentException>(() => DeviceProfiles.Named("h900")).Message, StringComparison.Ordinal);
        Assert.Equal("h100", DeviceProfiles.Named(null).Key);
        Assert.Contains(
            "all, bounds and none", Assert.Throws<ArgumentException>(() => CheckLevels.Named("some")).Message, StringComparison.Ordinal);
        Assert.Equal(CheckLevel.Bounds, CheckLevels.Named(" Bounds "));
    }

    [Theory]
    [InlineData("b_gemv.sm_90.ptx", "gemv_768_gelu", 90, 40)]
    [InlineData("d_flash_prefill.sm_80.ptx", "flash_prefill", 80, 133)]
    [InlineData("d_flash_prefill.sm_80.ptx", "flash_prefill", 90, 0)]
    [InlineData("g_pitfalls.sm_90.ptx", "p_local", 90, 0)]
    public void Registers_AreKnownForExactlyTheModulesThatWereMeasured(string file, string kernel, int computeCapability, int registers)
    {
        var text = File.ReadAllText(Repository.TestData("samples", "ptx", file));
        Assert.Equal(registers, RegisterTable.Registers(RegisterTable.KeyOf(text), kernel, computeCapability));
        Assert.Equal(0, RegisterTable.Registers(RegisterTable.KeyOf(text + "\n"), kernel, computeCapability));
    }
}
