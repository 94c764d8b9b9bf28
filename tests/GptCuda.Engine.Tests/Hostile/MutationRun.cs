using System.Diagnostics;

namespace GptCuda.Engine.Tests.Hostile;

/// <summary>Feeds many damaged copies of a file to a reader that must either accept them or say what is wrong.</summary>
internal static class MutationRun
{
    /// <summary>
    /// Tries <paramref name="count"/> damaged copies. A copy may be accepted, or refused with InvalidDataException or IOException;
    /// anything else fails the test and names the seed, as does an allocation or a time that the file's size does not explain.
    /// </summary>
    /// <param name="original">The file before it is damaged.</param>
    /// <param name="count">How many copies.</param>
    /// <param name="firstSeed">Copy i is damaged by <see cref="Mutator"/> with the seed firstSeed + i.</param>
    /// <param name="allocationLimit">Most bytes that reading one copy may allocate.</param>
    /// <param name="read">Reads a copy; called with its bytes.</param>
    /// <returns>How many copies were refused.</returns>
    public static int Check(byte[] original, int count, int firstSeed, long allocationLimit, Action<byte[]> read)
    {
        int refused = 0;
        for (int seed = firstSeed; seed < firstSeed + count; seed++)
        {
            byte[] copy = new Mutator(seed).Mutate(original);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            try
            {
                read(copy);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                Assert.False(string.IsNullOrWhiteSpace(e.Message), $"seed {seed}: an error without words");
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated <= allocationLimit, $"seed {seed}: {allocated} bytes allocated for a file of {copy.Length}");
            // Thousands of times what it takes; only work that grows out of all proportion to the file reaches it.
            Assert.True(
                Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"seed {seed}: took {Stopwatch.GetElapsedTime(started)}");
        }

        return refused;
    }
}
