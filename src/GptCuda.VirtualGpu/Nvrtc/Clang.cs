using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>A clang on this machine.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Major">Its version.</param>
internal sealed partial record Clang(string Path, int Major)
{
    /// <summary>The oldest whose PTX is as the driver expects it.</summary>
    private const int Oldest = 19;

    /// <summary>The oldest that knows the architectures from sm_100 on.</summary>
    private const int OldestForBlackwell = 22;

    private static readonly ConcurrentDictionary<string, int> Versions = new(StringComparer.Ordinal);

    /// <summary>Architectures that clang 19 knows, and those that only newer ones know.</summary>
    private static readonly int[] Known = [75, 80, 86, 87, 89, 90], Newer = [100, 103, 120, 121];

    /// <summary>The PTX version that it is told to write; the lowest that has all that the architecture has.</summary>
    public static string PtxFeature(int capability) => capability < 100 ? "ptx83" : "ptx88";

    /// <summary>
    /// What can be compiled for on this machine. Where there is no clang, what the usual one knows: supplied PTX needs none.
    /// </summary>
    public static int[] Architectures() => Find(Newer[0]) is null ? Known : [.. Known, .. Newer];

    /// <summary>The first clang++ in PATH that knows an architecture: clang++-19, newer ones by their number, then plain clang++.</summary>
    /// <returns>Null where there is none.</returns>
    public static Clang? Find(int capability)
    {
        int oldest = Needed(capability);
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        for (int major = oldest; major <= OldestForBlackwell + 2; major++)
        {
            if (InPath(folders, $"clang++-{major}") is { } numbered)
                return new Clang(numbered, major);
        }
        return InPath(folders, "clang++") is { } plain && VersionOf(plain) is var version
            && version >= oldest ? new Clang(plain, version) : null;
    }

    /// <summary>What to install where none is found.</summary>
    public static string Advice(int capability) =>
        $"The virtual GPU compiles kernels with clang {Needed(capability)} or newer, and there is none in PATH for sm_{capability}. "
        + $"Install it: apt-get install clang-{Needed(capability)}";

    private static int Needed(int capability) => capability >= Newer[0] ? OldestForBlackwell : Oldest;

    private static string? InPath(string[] folders, string name) =>
        folders.Select(folder => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static int VersionOf(string path) => Versions.GetOrAdd(path, static asked =>
    {
        using WorkFolder folder = new();
        ChildProcess.Outcome outcome = ChildProcess.Run(asked, ["--version"], folder.Root, System.IO.Path.Combine(folder.Root, "version"));
        Match match = VersionText().Match(outcome.Output);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    });

    [GeneratedRegex(@"clang version (\d+)\.")]
    private static partial Regex VersionText();
}
