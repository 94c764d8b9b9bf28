using System.Numerics;
using System.Runtime.CompilerServices;

namespace GptCuda.VirtualGpu.Memory;

/// <summary>One bit a byte of a memory: set when something has written the byte. Setting is safe from several threads at once.</summary>
internal sealed unsafe class InitializedBytes : IDisposable
{
    private readonly ReservedMemory _bits;

    /// <summary>Makes the map of a memory of the given size, all bytes unwritten.</summary>
    public InitializedBytes(long bytes) => _bits = new ReservedMemory(bytes / 8 + 64);

    /// <summary>Whether all of the bytes have been written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool All(long offset, long bytes)
    {
        // Nearly every question is about bytes within one word of the map, or about whole ones.
        var words = (ulong*)_bits.Base + (offset >> 6);
        var first = (int)(offset & 63);
        if (first + bytes <= 64)
        {
            var mask = Mask(first, (int)bytes);
            return (*words & mask) == mask;
        }
        return AllLong(words, first, bytes);
    }

    /// <summary>The first byte of the range that has not been written; -1 when there is none.</summary>
    public long FirstUnset(long offset, long bytes)
    {
        for (var end = offset + bytes; offset < end;)
        {
            var word = ~((ulong*)_bits.Base)[offset >> 6] >> (int)(offset & 63);
            if (word != 0)
            {
                var found = offset + BitOperations.TrailingZeroCount(word);
                return found < end ? found : -1;
            }
            offset = (offset | 63) + 1;
        }
        return -1;
    }

    /// <summary>Marks bytes as written.</summary>
    public void Set(long offset, long bytes)
    {
        var words = (ulong*)_bits.Base + (offset >> 6);
        var first = (int)(offset & 63);
        while (bytes > 0)
        {
            var count = (int)Math.Min(bytes, 64 - first);
            var mask = Mask(first, count);
            // A byte is written often and becomes initialised once: the locked operation is rare.
            if ((*words & mask) != mask)
                Interlocked.Or(ref *words, mask);
            words++;
            bytes -= count;
            first = 0;
        }
    }

    /// <summary>Marks bytes as unwritten. Not safe while another thread sets bits of the same 64 bytes.</summary>
    public void Reset(long offset, long bytes)
    {
        var end = offset + bytes;
        var head = Math.Min(end, (offset + 63) / 64 * 64);
        ResetWithin(offset, head);
        var tail = Math.Max(head, end / 64 * 64);
        if (tail > head)
            _bits.Clear(head / 8, (tail - head) / 8);
        ResetWithin(tail, end);
    }

    /// <summary>Gives destination bytes the state of source bytes.</summary>
    public void Copy(long source, long destination, long bytes)
    {
        if (((source | destination | bytes) & 63) == 0)
        {
            Buffer.MemoryCopy(_bits.Base + source / 8, _bits.Base + destination / 8, bytes / 8, bytes / 8);
            return;
        }
        for (var done = 0L; done < bytes;)
        {
            var count = Math.Min(bytes - done, 64);
            if (All(source + done, count))
            {
                Set(destination + done, count);
            }
            else
            {
                for (var i = done; i < done + count; i++)
                {
                    if (All(source + i, 1))
                        Set(destination + i, 1);
                    else
                        ResetWithin(destination + i, destination + i + 1);
                }
            }
            done += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bits.Dispose();

    private static ulong Mask(int first, int count) => (count == 64 ? ulong.MaxValue : (1UL << count) - 1) << first;

    private static bool AllLong(ulong* words, int first, long bytes)
    {
        var missing = ~*words++ >> first;
        for (bytes -= 64 - first; bytes >= 64; bytes -= 64)
            missing |= ~*words++;
        if (bytes > 0)
            missing |= ~*words & Mask(0, (int)bytes);
        return missing == 0;
    }

    private void ResetWithin(long start, long end)
    {
        if (start < end)
            Interlocked.And(ref ((ulong*)_bits.Base)[start >> 6], ~Mask((int)(start & 63), (int)(end - start)));
    }
}
