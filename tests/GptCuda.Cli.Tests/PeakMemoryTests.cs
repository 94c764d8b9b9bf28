using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

public sealed class PeakMemoryTests
{
    /// <summary>
    /// 1.15 x the weights in their type, the cache, and 96 MiB: the stored weights are not held beside the converted ones.
    /// </summary>
    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("f32", 4)]
    [InlineData("bf16", 2)]
    [InlineData("f16", 2)]
    [InlineData("int8", 1)]
    public void Load_124MFromFiles_TakesLittleMoreThanItsWeightsAndCache(string type, int bytes)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "mapped pages are counted and released as Linux does it");
        using var folder = new TemporaryFolder();
        ZeroModel.Write(folder.Path);
        string[] model = ["--model", folder.Path, "--dtype", type, "--threads", "2"];
        using JsonDocument info = JsonDocument.Parse(Shell.Run(["info", "--json", .. model]).Succeeded().OutputBytes);
        long parameters = info.RootElement.GetProperty("parameters").GetInt64();
        long cache = info.RootElement.GetProperty("memory")[0].GetProperty("cache").GetInt64();

        string statistics = Shell.Run(["generate", "--ids", "1,2,3", "--greedy", "-n", "3", "--stats", .. model]).Succeeded().Error;

        string peak = Regex.Match(statistics, @"peak memory: ([\d.]+) MiB").Groups[1].Value;
        double limit = (1.15 * parameters * bytes) + cache + (96 << 20);
        Assert.True(
            double.Parse(peak, CultureInfo.InvariantCulture) * (1 << 20) <= limit, $"{peak} MiB, at most {limit / (1 << 20):F1} MiB");
    }
}
