using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Tests.Samples;

namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>Random C functions, compiled to PTX and to the host by clang: the same bits from both.</summary>
public sealed unsafe class RandomProgramTests
{
    private const int Threads = 64;

    [Fact]
    public void RandomFunctions_AThousand_SameBitsAsTheHost()
    {
        // Two at once: most of the time goes to clang.
        Parallel.For(0, 2, part => Compare(seed: part, functions: 500));
    }

    [Fact]
    [Trait("Category", "Long")]
    public void RandomFunctions_TenThousand_SameBitsAsTheHost()
    {
        Parallel.For(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 2 }, part => Compare(seed: 1000 + part, functions: 500));
    }

    private static void Compare(int seed, int functions)
    {
        var source = new StringBuilder(RandomProgram.Prelude);
        for (int i = 0; i < functions; i++)
        {
            source.Append(new RandomProgram(seed * 100_000 + i).Function($"fn{i}"));
            source.Append($"#ifdef __CUDA__\nextern \"C\" __global__ void k{i}(const u64* in, u64* out) {{ int t = blockIdx.x * blockDim.x + threadIdx.x; "
                + $"out[t] = fn{i}(in[3 * t], in[3 * t + 1], in[3 * t + 2]); }}\n#else\n"
                + $"extern \"C\" void h{i}(const u64* in, u64* out) {{ for (int t = 0; t < {Threads}; ++t) out[t] = fn{i}(in[3 * t], "
                + $"in[3 * t + 1], in[3 * t + 2]); }}\n#endif\n");
        }
        string text = source.ToString();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gptcuda-random-");
        try
        {
            string library = Path.Combine(folder.FullName, "host.so");
            Task host = Task.Run(() => CompileHost(text, library));
            string ptx = SampleText.Compile("-", text, optimization: "-O1");
            host.GetAwaiter().GetResult();
            Compare(ptx, library, functions, seed, text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(string ptx, string library, int functions, int seed, string text)
    {
        using var device = new TestDevice(CheckLevel.Bounds);
        device.Load(ptx);
        var random = new Random(seed);
        var inputs = new ulong[Threads * 3];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = ((ulong)random.NextInt64() << 1 | (uint)random.Next(2)) >> (random.Next(3) == 0 ? random.Next(64) : 0);
        ulong input = device.Upload<ulong>(inputs), output = device.Allocate<ulong>(Threads);
        nint handle = NativeLibrary.Load(library);
        var expected = new ulong[Threads];
        for (int i = 0; i < functions; i++)
        {
            fixed (ulong* from = inputs, to = expected)
                ((delegate* unmanaged<ulong*, ulong*, void>)NativeLibrary.GetExport(handle, $"h{i}"))(from, to);
            device.Launch($"k{i}", Threads, input, output);
            ulong[] actual = device.Download<ulong>(output, Threads);
            for (int t = 0; t < Threads; t++)
            {
                Assert.True(expected[t] == actual[t],
                    $"seed {seed}, function fn{i}, thread {t}: host {expected[t]:x}, device {actual[t]:x}\n{Function(text, i)}");
            }
        }
    }

    private static string Function(string text, int number)
    {
        int start = text.IndexOf($"FN u64 fn{number}(", StringComparison.Ordinal);
        return text[start..text.IndexOf("#ifdef __CUDA__", start, StringComparison.Ordinal)];
    }

    private static void CompileHost(string text, string library)
    {
        var start = new ProcessStartInfo("clang++-19") { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (string argument
            in new[] { "-x", "c++", "-std=c++17", "-O0", "-fwrapv", "-w", "-ffp-contract=off", "-fPIC", "-shared", "-", "-o", library })
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"clang failed:\n{errors.Result}");
    }
}
