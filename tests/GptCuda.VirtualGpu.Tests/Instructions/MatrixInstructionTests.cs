using System.Text;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>mma and ldmatrix against plain matrix products, with the fragments laid out by the manual's formulas.</summary>
public sealed class MatrixInstructionTests
{
    [Theory]
    [InlineData(16, "f32", "f16")]
    [InlineData(16, "f32", "bf16")]
    [InlineData(16, "f16", "f16")]
    [InlineData(8, "f32", "f16")]
    [InlineData(8, "f32", "bf16")]
    [InlineData(8, "f16", "f16")]
    public void Mma_SmallIntegers_IsTheExactProduct(int depth, string sum, string type)
    {
        // Products and sums of these are exact in every format, so the order of additions does not matter.
        var random = new Random(depth);
        double[,] a = Matrix(16, depth), b = Matrix(depth, 8), c = Matrix(16, 8);
        double[,] Matrix(int rows, int columns)
        {
            var matrix = new double[rows, columns];
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                    matrix[i, j] = random.Next(-8, 9);
            return matrix;
        }
        uint Pair(double low, double high) => type == "f16"
            ? ExactRounding.Half(low) | (uint)ExactRounding.Half(high) << 16 : ExactRounding.BFloat(low)
                | (uint)ExactRounding.BFloat(high) << 16;

        int registersOfA = depth / 4, registersOfB = depth / 8, registersOfC = sum == "f32" ? 4 : 2,
            each = registersOfA + registersOfB + registersOfC;
        var input = new uint[32 * each];
        for (int lane = 0; lane < 32; lane++)
        {
            int group = lane >> 2, inGroup = lane & 3, at = lane * each;
            // The manual's formulas: row = group for a0 a1 (a4 a5), group + 8 for a2 a3 (a6 a7); column = 2 inGroup + (i & 1), + 8 for i >= 4.
            for (int i = 0; i < registersOfA * 2; i += 2)
            {
                int row = i % 4 < 2 ? group : group + 8, column = inGroup * 2 + (i >= 4 ? 8 : 0);
                input[at + i / 2] = Pair(a[row, column], a[row, column + 1]);
            }
            for (int i = 0; i < registersOfB * 2; i += 2)
            {
                int row = inGroup * 2 + (i >= 2 ? 8 : 0);
                input[at + registersOfA + i / 2] = Pair(b[row, group], b[row + 1, group]);
            }
            for (int i = 0; i < 4; i += 2)
            {
                int row = i < 2 ? group : group + 8, column = inGroup * 2;
                if (sum == "f32")
                {
                    input[at + registersOfA + registersOfB + i] = BitConverter.SingleToUInt32Bits((float)c[row, column]);
                    input[at + registersOfA + registersOfB + i + 1] = BitConverter.SingleToUInt32Bits((float)c[row, column + 1]);
                }
                else
                {
                    input[at + registersOfA + registersOfB + i / 2] =
                        ExactRounding.Half(c[row, column]) | (uint)ExactRounding.Half(c[row, column + 1]) << 16;
                }
            }
        }
        var body = new StringBuilder($"mad.wide.u32 %d1, %t, {each * 4}, %in;\nmad.wide.u32 %d2, %t, {registersOfC * 4}, %out;\n");
        for (int i = 0; i < each; i++)
            body.Append($"ld.global.u32 %r{i}, [%d1+{4 * i}];\n");
        string List(int first, int count) => "{" + string.Join(", ", Enumerable.Range(first, count).Select(i => $"%r{i}")) + "}";
        string types = $"{sum}.{type}.{type}.{sum}";
        body.Append(
            $"mma.sync.aligned.m16n8k{depth}.row.col.{types} {List(16, registersOfC)}, {List(0, registersOfA)}, "
            + $"{List(registersOfA, registersOfB)}, {List(registersOfA + registersOfB, registersOfC)};\n");
        for (int i = 0; i < registersOfC; i++)
            body.Append($"st.global.u32 [%d2+{4 * i}], %r{16 + i};\n");
        using var device = new TestDevice();
        device.Load(KernelText.Kernel(body.ToString()));
        ulong output = device.Allocate<uint>(32 * registersOfC);
        device.Launch("k", 32, output, device.Upload<uint>(input));
        uint[] results = device.Download<uint>(output, 32 * registersOfC);
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < 4; i++)
            {
                int row = (lane >> 2) + (i < 2 ? 0 : 8), column = (lane & 3) * 2 + (i & 1);
                double expected = c[row, column];
                for (int k = 0; k < depth; k++)
                    expected += a[row, k] * b[k, column];
                double actual = sum == "f32"
                    ? BitConverter.UInt32BitsToSingle(results[lane * 4 + i])
                    : ExactRounding.FromHalf((ushort)(results[lane * 2 + i / 2] >> (i & 1) * 16));
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [InlineData("x1", 1, false)]
    [InlineData("x2", 2, false)]
    [InlineData("x4", 4, false)]
    [InlineData("x1", 1, true)]
    [InlineData("x2", 2, true)]
    [InlineData("x4", 4, true)]
    public void Ldmatrix_RowsAndTransposed_GiveEachLaneItsPair(string count, int matrices, bool transposed)
    {
        // Shared memory holds 32 rows of 8 halfwords, row r's element c being 16 r + c.
        var body = new StringBuilder("mov.u32 %r1, tile;\nshl.b32 %r2, %t, 4;\nadd.u32 %r1, %r1, %r2;\n");
        for (int i = 0; i < 4; i++)
            body.Append($"mad.lo.u32 %r3, %t, 0x100010, {(2 * i) | (2 * i + 1) << 16};\nst.shared.u32 [%r1+{4 * i}], %r3;\n");
        string registers = "{" + string.Join(", ", Enumerable.Range(8, matrices).Select(i => $"%r{i}")) + "}";
        body.Append(
            $"bar.sync 0;\nldmatrix.sync.aligned.m8n8.{count}{(transposed ? ".trans" : "")}.shared.b16 {registers}, "
            + $"[%r1];\nmad.wide.u32 %d1, %t, {4 * matrices}, %out;\n");
        for (int i = 0; i < matrices; i++)
            body.Append($"st.global.u32 [%d1+{4 * i}], %r{8 + i};\n");
        using var device = new TestDevice();
        device.Load(KernelText.Kernel(body.ToString(), ".shared .align 16 .b8 tile[512];"));
        ulong output = device.Allocate<uint>(32 * matrices);
        device.Launch("k", 32, output, output);
        uint[] results = device.Download<uint>(output, 32 * matrices);
        for (int lane = 0; lane < 32; lane++)
        {
            for (int m = 0; m < matrices; m++)
            {
                int major = lane / 4, minor = lane % 4 * 2;
                int Element(int row, int column) => 16 * (8 * m + row) + column;
                (int low, int high) = transposed
                    ? (Element(minor, major), Element(minor + 1, major))
                    : (Element(major, minor), Element(major, minor + 1));
                Assert.Equal((uint)(low | high << 16), results[lane * matrices + m]);
            }
        }
    }
}
