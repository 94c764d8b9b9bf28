using System.Diagnostics;
using GptCuda.Tests;

namespace GptCuda.VirtualGpu.Tests.Samples;

/// <summary>The PTX of the sample kernels: NVRTC's as recorded, clang's as made on the spot.</summary>
internal static class SampleText
{
    private static readonly Dictionary<string, Lazy<string>> Compiled = [];

    /// <summary>The two compilers, as theory data.</summary>
    public static readonly string[] Compilers = ["nvrtc", "clang"];

    /// <summary>A sample's PTX.</summary>
    /// <param name="sample">The file's name without its extension.</param>
    /// <param name="compiler">One of <see cref="Compilers"/>.</param>
    public static string Load(string sample, string compiler)
    {
        if (compiler == "clang")
            return Clang(sample);
        string path = Repository.TestData("samples", "ptx", $"{sample}.sm_90.ptx");
        return File.ReadAllText(path);
    }

    /// <summary>Compiles CUDA C++ to PTX with clang.</summary>
    /// <param name="source">A path, or "-" to read <paramref name="text"/>.</param>
    /// <param name="text">The source for "-".</param>
    /// <param name="optimization">The optimisation option.</param>
    public static string Compile(string source, string? text = null, string optimization = "-O3")
    {
        var start = new ProcessStartInfo("clang++-19")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.TestData("samples"),
        };
        foreach (string argument in new[]
        {
            "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", "-nostdinc", "-nostdinc++", "--cuda-gpu-arch=sm_80",
            "--cuda-feature=+ptx83", "-std=c++17", optimization, "-fwrapv", "-w", "-ffp-contract=off", "-fno-exceptions",
            "-gline-tables-only", "-w",
            "-include", Repository.TestData("samples", "clang_prelude.h"), "-S", source, "-o", "-",
        })
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(text ?? "");
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"clang failed:\n{errors.Result}");
    }

    private static string Clang(string sample)
    {
        lock (Compiled)
        {
            if (!Compiled.TryGetValue(sample, out Lazy<string>? text))
                Compiled.Add(sample, text = new Lazy<string>(() => Compile($"{sample}.cu")));
            return text.Value;
        }
    }
}
