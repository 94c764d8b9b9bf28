using System.Diagnostics;
using GptCuda.Kernels.Compilation;

namespace GptCuda.Kernels.Tests;

/// <summary>A process that uses a kernel cache together with others: this test assembly, started as a program.</summary>
internal static class CacheWorker
{
    /// <summary>The bound of the shared cache: room for about half of the keys.</summary>
    public const long MostBytes = 10 * 40_000;

    private const int Keys = 20;

    public static Process Start(string folder, int seed) => Process.Start(new ProcessStartInfo
    {
        FileName = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
        ArgumentList = { "exec", typeof(CacheWorker).Assembly.Location, folder, seed.ToString() },
        RedirectStandardOutput = true,
    })!;

    /// <summary>What is cached under a key: every process makes the same.</summary>
    public static byte[] Image(string key, int length)
    {
        byte[] image = new byte[length];
        new Random(key.Sum(letter => letter)).NextBytes(image);
        return image;
    }

    private static int Main(string[] arguments)
    {
        if (arguments.Length != 2) return 2;
        var cache = new KernelImageCache(arguments[0], MostBytes);
        var random = new Random(int.Parse(arguments[1]));
        int hits = 0;
        for (int i = 0; i < 200; i++)
        {
            string key = $"key{random.Next(Keys)}";
            byte[] expected = Image(key, 20_000 + (key.Sum(letter => letter) * 37));
            if (!cache.TryRead(key, out byte[]? image))
            {
                cache.TryWrite(key, expected);
                continue;
            }
            hits++;
            if (!image.AsSpan().SequenceEqual(expected))
            {
                Console.WriteLine($"{key} is not what was written");
                return 1;
            }
        }
        Console.WriteLine(hits);
        return 0;
    }
}
