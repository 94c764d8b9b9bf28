using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Tests.Memory;

public sealed unsafe class DeviceMemoryTests
{
    private const long GB = 1L << 30;

    [Fact]
    public void Allocate_EightyGigabytes_TakesOffsetsBeyondTwoToThe31Elements()
    {
        using var memory = new DeviceMemory(80 * GB);
        var big = memory.TryAllocate(70 * GB, "big")!;
        var far = big.Address + 4UL * ((1UL << 32) + 12345);
        memory.CopyIn(far, [1, 2, 3, 4], "test");
        Assert.Equal(0x04030201u, *(uint*)far);
        var back = new byte[4];
        memory.CopyOut(far, back, "test");
        Assert.Equal([1, 2, 3, 4], back);
        Assert.Equal(70 * GB, memory.Used);
        Assert.Null(memory.TryAllocate(11 * GB, "too much"));
        Assert.NotNull(memory.TryAllocate(10 * GB, "the rest"));
    }

    [Fact]
    public void Allocate_AddressesAreOddMultiplesOf256_AndApart()
    {
        using var memory = new DeviceMemory(GB);
        Allocation? last = null;
        foreach (var size in new[] { 1, 255, 256, 257, 4096, 100_000, 5_000_000 })
        {
            var allocation = memory.TryAllocate(size, $"of {size}")!;
            Assert.Equal(256UL, allocation.Address % 512);
            if (last is not null)
                Assert.True(allocation.Address - last.End >= DeviceMemory.MinimumGuard);
            last = allocation;
        }
    }

    [Fact]
    public void Free_GivesTheBytesBack_ButNotTheAddress()
    {
        using var memory = new DeviceMemory(GB);
        var first = memory.TryAllocate(GB, "first")!.Address;
        Assert.True(memory.TryFree(first));
        Assert.False(memory.TryFree(first));
        Assert.False(memory.TryFree(first + 256));
        Assert.Equal(0, memory.Used);
        var second = memory.TryAllocate(GB, "second")!.Address;
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Free_OverAndOver_ReusesAddressesOnlyWhenThereAreNoOthers()
    {
        using var memory = new DeviceMemory(GB);
        for (var i = 0; i < 20; i++)
        {
            var allocation = memory.TryAllocate(GB / 2, $"round {i}");
            Assert.NotNull(allocation);
            Assert.Equal(allocation.Address, memory.FirstUninitialized(allocation.Address, allocation.Size));
            memory.Fill(allocation.Address, [7], 100, "test");
            Assert.Equal(allocation, memory.Find(allocation.Address + 5));
            Assert.True(memory.TryFree(allocation.Address));
        }
        Assert.Empty(memory.Live);
    }

    [Fact]
    public void Free_TenThousandSmallOnes_KeepsTheTableShort()
    {
        using var memory = new DeviceMemory(GB);
        var kept = memory.TryAllocate(64, "kept")!;
        var addresses = new HashSet<ulong>();
        for (var i = 0; i < 10_000; i++)
        {
            var allocation = memory.TryAllocate(100, "short-lived")!;
            addresses.Add(allocation.Address);
            memory.TryFree(allocation.Address);
        }
        Assert.InRange(addresses.Count, 4000, 4200);
        Assert.Equal([kept], memory.Live);
    }

    [Fact]
    public void CopyOut_OfUninitializedBytes_GivesNotANumber()
    {
        using var memory = new DeviceMemory(GB);
        var x = memory.TryAllocate(16, "x")!.Address;
        memory.CopyIn(x + 4, [1, 2, 3, 4], "test");
        var back = new byte[16];
        memory.CopyOut(x, back, "test");
        Assert.True(float.IsNaN(BitConverter.ToSingle(back, 0)));
        Assert.Equal(0x04030201, BitConverter.ToInt32(back, 4));
        Assert.True(float.IsNaN(BitConverter.ToSingle(back, 8)));
    }

    [Theory]
    [InlineData(0, 0, 64)]
    [InlineData(3, 5, 61)]
    [InlineData(64, 128, 1024)]
    [InlineData(1, 0, 200)]
    public void Copy_CarriesUninitializedBytesAlong(int from, int to, int bytes)
    {
        using var memory = new DeviceMemory(GB);
        var random = new Random(from + to + bytes);
        var source = memory.TryAllocate(2048, "source")!.Address;
        var target = memory.TryAllocate(2048, "target")!.Address;
        memory.Fill(target, [9], 2048, "test");
        var initialized = new bool[2048];
        for (var i = 0; i < 2048; i++)
        {
            if (initialized[i] = random.Next(3) > 0)
                memory.CopyIn(source + (ulong)i, [(byte)i], "test");
        }
        memory.Copy(target + (ulong)to, source + (ulong)from, bytes, "test");
        for (var i = 0; i < 2048; i++)
        {
            var isCopied = i >= to && i < to + bytes;
            Assert.Equal(!isCopied || initialized[i - to + from], memory.FirstUninitialized(target + (ulong)i, 1) is null);
        }
    }

    [Fact]
    public void HostCopies_OutsideOfAllocations_Fault()
    {
        using var memory = new DeviceMemory(GB);
        var x = memory.TryAllocate(100, "x")!.Address;
        var fault = Assert.Throws<VirtualFault>(() => memory.CopyIn(x + 90, new byte[11], "cuMemcpyHtoD_v2"));
        Assert.Equal((FaultKind.OutOfBounds, 1L), (fault.Kind, fault.Outside));
        Assert.Contains("cuMemcpyHtoD_v2", fault.Message, StringComparison.Ordinal);
        memory.CopyIn(x + 90, new byte[10], "cuMemcpyHtoD_v2");
        Assert.Throws<VirtualFault>(() => memory.Fill(x, [1, 2, 3, 4], 26, "cuMemsetD32_v2"));
        Assert.Equal(FaultKind.Misaligned, Assert.Throws<VirtualFault>(() => memory.Fill(x + 2, [1, 2, 3, 4], 1, "cuMemsetD32_v2")).Kind);
        memory.TryFree(x);
        Assert.Equal(FaultKind.UseAfterFree, Assert.Throws<VirtualFault>(() => memory.CopyOut(x, new byte[4], "cuMemcpyDtoH_v2")).Kind);
    }

    [Fact]
    public void Fill_RepeatsThePattern()
    {
        using var memory = new DeviceMemory(GB);
        var x = memory.TryAllocate(64, "x")!.Address;
        memory.Fill(x, BitConverter.GetBytes(0x3f800000), 16, "test");
        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(1f, ((float*)x)[i]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1025)]
    public void InitializedBytes_AgreesWithAPlainArray(int longest)
    {
        using var bits = new InitializedBytes(4096);
        var plain = new bool[4096];
        var random = new Random(longest);
        for (var round = 0; round < 300; round++)
        {
            var length = random.Next(1, longest + 1);
            var start = random.Next(4096 - length);
            var isSet = random.Next(3) > 0;
            if (isSet)
                bits.Set(start, length);
            else
                bits.Reset(start, length);
            plain.AsSpan(start, length).Fill(isSet);
            var from = random.Next(4096 - longest);
            Assert.Equal(plain.AsSpan(from, longest).IndexOf(false) is >= 0 and var at ? from + at : -1, bits.FirstUnset(from, longest));
            Assert.Equal(!plain.AsSpan(from, longest).Contains(false), bits.All(from, longest));
        }
    }

    [Fact]
    public void Windows_ResolveGenericAddresses()
    {
        using var memory = new DeviceMemory(GB);
        var windows = memory.Windows;
        var x = memory.TryAllocate(16, "x")!.Address;
        Assert.Equal(StateSpace.Global, windows.Resolve(x, out var address));
        Assert.Equal(x, address);
        Assert.Equal(StateSpace.Shared, windows.Resolve(windows.Shared + 48, out address));
        Assert.Equal(48UL, address);
        Assert.Equal(StateSpace.Local, windows.Resolve(windows.Local + 8, out address));
        Assert.Equal(8UL, address);
        Assert.Equal(StateSpace.Parameter, windows.Resolve(windows.Parameter, out address));
        Assert.Equal(0UL, address);
        Assert.Equal(StateSpace.Global, windows.Resolve(windows.Shared - 1, out _));
        Assert.Null(memory.Find(windows.Shared));
    }

    [Fact]
    public void Pinned_CountsAsInitialized_AndNotAgainstTheDevice()
    {
        using var memory = new DeviceMemory(GB);
        var pinned = memory.TryAllocate(2 * 1024, "staging", kind: AllocationKind.PinnedHost)!;
        Assert.Equal(0, memory.Used);
        Assert.Null(memory.FirstUninitialized(pinned.Address, pinned.Size));
    }
}
