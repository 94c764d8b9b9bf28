using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>What must hold of the matrices when a product runs.</summary>
internal static class GemmChecks
{
    /// <summary>Stops a product that would do what it must not.</summary>
    /// <param name="memory">The device's.</param>
    /// <param name="subject">The product, for messages.</param>
    /// <param name="problem">The product.</param>
    /// <param name="reads">Whether A and B are read.</param>
    /// <param name="accumulates">Whether C is read.</param>
    /// <param name="checks">How much is checked.</param>
    /// <exception cref="VirtualFault">A matrix is not in a live allocation, not aligned, never written, or C overlaps another.</exception>
    public static void Require(DeviceMemory memory, string subject, GemmProblem problem, bool reads, bool accumulates, CheckLevel checks)
    {
        GemmMatrix a = problem.A, b = problem.B, c = problem.C;
        bool all = checks == CheckLevel.All;
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            if (reads)
            {
                RequireInside(memory, subject, a, batch, isRead: all);
                RequireInside(memory, subject, b, batch, isRead: all);
            }
            RequireInside(memory, subject, c, batch, isRead: all && accumulates);
            if (!all)
                continue;
            foreach (GemmMatrix read in reads ? [a, b] : Array.Empty<GemmMatrix>())
            {
                if (Overlap(c, batch, read, batch))
                    throw new VirtualFault(FaultKind.Race, subject, $"{c} overlaps {read}, which is read while it is written.");
            }
            if (batch > 0 && Overlap(c, batch, c, batch - 1))
                throw new VirtualFault(
                    FaultKind.Race,
                    subject,
                    $"products {batch - 1} and {batch} both write to {c}: matrices are {c.Stride} elements apart.");
        }
    }

    /// <summary>Marks what the product wrote.</summary>
    public static void MarkWritten(DeviceMemory memory, GemmMatrix c, int batch)
    {
        if (c.Leading == c.Rows)
        {
            memory.MarkInitialized(c.At(batch), c.Bytes);
            return;
        }
        for (int column = 0; column < c.Columns; column++)
            memory.MarkInitialized(c.At(batch, column), c.ColumnBytes);
    }

    private static void RequireInside(DeviceMemory memory, string subject, GemmMatrix matrix, int batch, bool isRead)
    {
        ulong address = matrix.At(batch);
        memory.Demand(address, matrix.Bytes, $"{subject}: {matrix}");
        if (address % (ulong)matrix.ElementBytes != 0)
            throw new VirtualFault(
                FaultKind.Misaligned,
                subject,
                $"{matrix} is at 0x{address:x}, which is no multiple of its elements' {matrix.ElementBytes} bytes.")
            { Address = address };
        if (!isRead)
            return;
        bool isDense = matrix.Leading == matrix.Rows;
        for (int column = 0; column < (isDense ? Math.Min(1, matrix.Columns) : matrix.Columns); column++)
        {
            if (memory.FirstUninitialized(matrix.At(batch, column), isDense ? matrix.Bytes : matrix.ColumnBytes) is not { } unwritten)
                continue;
            long element = (long)(unwritten - address) / matrix.ElementBytes;
            throw new VirtualFault(FaultKind.UninitializedRead, subject,
                $"{matrix}: row {element % matrix.Leading}, column {element / matrix.Leading} at 0x{unwritten:x} was never written.")
            {
                Address = unwritten,
                Allocation = memory.Find(address)?.Name,
            };
        }
    }

    /// <summary>Whether two matrices share a byte; those that lie between each other's columns do not.</summary>
    private static bool Overlap(GemmMatrix first, int firstBatch, GemmMatrix second, int secondBatch)
    {
        ulong end = first.At(firstBatch) + (ulong)first.Bytes, otherEnd = second.At(secondBatch) + (ulong)second.Bytes;
        if (first.Bytes == 0 || second.Bytes == 0 || end <= second.At(secondBatch) || otherEnd <= first.At(firstBatch))
            return false;
        for (int i = 0, j = 0; i < first.Columns && j < second.Columns;)
        {
            ulong a = first.At(firstBatch, i), b = second.At(secondBatch, j);
            if (a + (ulong)first.ColumnBytes <= b)
                i++;
            else if (b + (ulong)second.ColumnBytes <= a)
                j++;
            else
                return true;
        }
        return false;
    }
}
