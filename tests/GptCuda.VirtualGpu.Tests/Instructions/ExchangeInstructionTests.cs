using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>shfl, vote, match, redux against the manual's pseudo-code.</summary>
public sealed class ExchangeInstructionTests
{
    private static readonly uint[] Input = [.. Enumerable.Range(0, 32).Select(i => (uint)(i * 37 % 11))];

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("bfly")]
    [InlineData("idx")]
    public void Shuffle_EveryModeSegmentAndAmount_MatchesTheManual(string mode)
    {
        foreach (int width in new[] { 32, 16, 8, 2 })
        {
            foreach (int b in new[] { 0, 1, 3, 7, 16, 31, 35 })
            {
                int c = (32 - width) << 8 | (mode == "up" ? 0 : 31);
                uint[] results = KernelText.Run($"ld.global.u32 %r1, [%i];\nshfl.sync.{mode}.b32 %r2|%p1, %r1, {b}, {c}, -1;\nselp.u32 %r3, 1000, 0, %p1;\nadd.u32 %r2, %r2, %r3;\nst.global.u32 [%o], %r2;", 32, Input);
                for (int lane = 0; lane < 32; lane++)
                {
                    int bval = b & 31, cval = c & 31, mask = c >> 8 & 31, max = (lane & mask) | (cval & ~mask), min = lane & mask;
                    (int j, bool p) = mode switch
                    {
                        "up" => (lane - bval, lane - bval >= max),
                        "down" => (lane + bval, lane + bval <= max),
                        "bfly" => (lane ^ bval, (lane ^ bval) <= max),
                        _ => (min | (bval & ~mask), (min | (bval & ~mask)) <= max),
                    };
                    Assert.Equal(Input[p ? j : lane] + (p ? 1000u : 0), results[lane]);
                }
            }
        }
    }

    [Fact]
    public void Vote_AllAnyUniBallot_MatchLanes()
    {
        foreach (int threshold in new[] { 0, 1, 5, 10, 11 })
        {
            uint[] results = KernelText.Run($"""
                ld.global.u32 %r1, [%i];
                setp.lt.u32 %p1, %r1, {threshold};
                vote.sync.ballot.b32 %r2, %p1, -1;
                vote.sync.all.pred %p2, %p1, -1;
                vote.sync.any.pred %p3, %p1, -1;
                vote.sync.uni.pred %p4, %p1, -1;
                vote.sync.any.pred %p5, !%p1, -1;
                selp.u32 %r3, 1, 0, %p2;
                selp.u32 %r4, 2, 0, %p3;
                selp.u32 %r5, 4, 0, %p4;
                selp.u32 %r6, 8, 0, %p5;
                add.u32 %r3, %r3, %r4;
                add.u32 %r5, %r5, %r6;
                add.u32 %r3, %r3, %r5;
                xor.b32 %r2, %r2, %r3;
                st.global.u32 [%o], %r2;
                """, 32, Input);
            uint ballot = 0;
            for (int lane = 0; lane < 32; lane++)
                ballot |= Input[lane] < threshold ? 1u << lane : 0;
            uint flags = (ballot == uint.MaxValue ? 1u : 0) + (ballot != 0 ? 2u : 0) + (ballot is 0 or uint.MaxValue ? 4u : 0) + (ballot != uint.MaxValue ? 8u : 0);
            Assert.All(results, result => Assert.Equal(ballot ^ flags, result));
        }
    }

    [Fact]
    public void MatchAndReduce_GroupsOfTheMask_SeeOnlyTheirOwn()
    {
        // Even and odd lanes execute the same instructions, each with its mask.
        uint[] results = KernelText.Run("""
            ld.global.u32 %r1, [%i];
            and.b32 %r2, %t, 1;
            setp.eq.u32 %p1, %r2, 0;
            selp.b32 %r3, 0x55555555, 0xaaaaaaaa, %p1;
            match.any.sync.b32 %r4, %r1, %r3;
            redux.sync.add.u32 %r5, %r1, %r3;
            redux.sync.max.s32 %r6, %r1, %r3;
            redux.sync.xor.b32 %r7, %r1, %r3;
            mad.lo.u32 %r4, %r5, 1000003, %r4;
            mad.lo.u32 %r4, %r6, 10007, %r4;
            mad.lo.u32 %r4, %r7, 101, %r4;
            st.global.u32 [%o], %r4;
            """, 32, Input);
        for (int lane = 0; lane < 32; lane++)
        {
            int[] group = [.. Enumerable.Range(0, 32).Where(other => other % 2 == lane % 2)];
            uint match = (uint)group.Where(other => Input[other] == Input[lane]).Sum(other => 1L << other);
            uint sum = (uint)group.Sum(other => Input[other]), max = group.Max(other => Input[other]), xor = group.Aggregate(0u, (x, other) => x ^ Input[other]);
            Assert.Equal(match + sum * 1000003 + max * 10007 + xor * 101, results[lane]);
        }
    }

    [Fact]
    public void MatchAll_EqualOrNot_GivesMaskAndPredicate()
    {
        foreach (uint last in new[] { 4u, 5u })
        {
            uint[] input = [.. Enumerable.Repeat(4u, 31), last];
            uint[] results = KernelText.Run("ld.global.u32 %r1, [%i];\nmatch.all.sync.b32 %r2|%p1, %r1, -1;\nselp.u32 %r3, 1, 0, %p1;\nxor.b32 %r2, %r2, %r3;\nst.global.u32 [%o], %r2;", 32, input);
            Assert.All(results, result => Assert.Equal(last == 4 ? 0xfffffffeu : 0, result));
        }
    }

    [Fact]
    public void Activemask_InABranch_NamesItsLanes()
    {
        uint[] results = KernelText.Run("setp.lt.u32 %p1, %t, 5;\n@!%p1 bra over;\nactivemask.b32 %r1;\nst.global.u32 [%o], %r1;\nover:", 32);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => lane < 5 ? 31u : 0), results);
    }

    [Theory]
    [InlineData("shfl.sync.bfly.b32 %r2, %t, 1, 31, -1;")]
    [InlineData("vote.sync.ballot.b32 %r2, %p1, -1;")]
    [InlineData("match.any.sync.b32 %r2, %t, -1;")]
    [InlineData("redux.sync.add.u32 %r2, %t, -1;")]
    public void Exchange_MaskNamesAnInactiveLane_IsAFault(string instruction)
    {
        var fault = Assert.Throws<VirtualFault>(() => KernelText.Run($"setp.lt.u32 %p1, %t, 16;\n@!%p1 bra over;\n{instruction}\nover:", 32));
        Assert.Equal(FaultKind.InactiveLane, fault.Kind);
        Assert.Contains("lane 16", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shuffle_FromALaneOutsideTheMask_IsAFault()
    {
        var fault = Assert.Throws<VirtualFault>(() => KernelText.Run(
            "setp.lt.u32 %p1, %t, 16;\n@!%p1 bra over;\nshfl.sync.idx.b32 %r2, %t, 20, 31, 0xffff;\nover:", 32));
        Assert.Equal(FaultKind.InactiveLane, fault.Kind);
    }
}
