namespace GptCuda.Kernels.Libraries;

/// <summary>Where NVIDIA's installers, pip and conda put their libraries.</summary>
internal static class SearchFolders
{
    /// <summary>The folders to look in after the loader's own search, in order, whether they are there or not.</summary>
    public static IEnumerable<SearchFolder> For(CudaLibrary library, SearchHost host) => (library == CudaLibrary.Driver
        ? (host.IsWindows ? [] : [new SearchFolder("/usr/lib/wsl/lib", "WSL")])
        : Toolkits(host).Concat(Wheels(library, host)))
        .DistinctBy(folder => folder.Path);

    private static IEnumerable<SearchFolder> Toolkits(SearchHost host)
    {
        foreach (string variable in (string[])["CUDA_PATH", "CUDA_HOME"])
        {
            if (host.Variable(variable) is not { Length: > 0 } toolkit) continue;
            foreach (string folder in InToolkit(toolkit, host)) yield return new SearchFolder(folder, variable);
        }
        foreach (string root in host.ToolkitRoots)
        {
            // The link "cuda" first, as whoever administers the machine chose it; then the newest.
            string[] installed = host.IsWindows ? [.. Newest(root, "v*")] : [Path.Combine(root, "cuda"), .. Newest(root, "cuda-*")];
            if (installed.Length == 0) yield return new SearchFolder(root, "the toolkit's default folder");
            foreach (string toolkit in installed)
            {
                foreach (string folder in InToolkit(toolkit, host)) yield return new SearchFolder(folder, "the toolkit's default folder");
            }
        }
    }

    /// <summary>Libraries inside a toolkit: CUDA 13 for Windows keeps them one level deeper.</summary>
    private static string[] InToolkit(string toolkit, SearchHost host) => host.IsWindows
        ? [Path.Combine(toolkit, "bin", host.IsArm64 ? "arm64" : "x64"), Path.Combine(toolkit, "bin")]
        : [
            Path.Combine(toolkit, "lib64"), Path.Combine(toolkit, "targets", host.IsArm64 ? "sbsa-linux" : "x86_64-linux", "lib"),
            Path.Combine(toolkit, "lib"),
        ];

    private static IEnumerable<SearchFolder> Wheels(CudaLibrary library, SearchHost host)
    {
        foreach (string variable in (string[])["VIRTUAL_ENV", "CONDA_PREFIX"])
        {
            if (host.Variable(variable) is not { Length: > 0 } environment) continue;
            foreach (string packages in SitePackages(environment, host))
            {
                string nvidia = Path.Combine(packages, "nvidia");
                string[] folders = host.IsWindows
                    ? [
                        Path.Combine(nvidia, "cu13", "bin"), Path.Combine(nvidia, "cu13", "bin", host.IsArm64 ? "arm64" : "x86_64"),
                        Path.Combine(nvidia, Wheel(library), "bin"),
                    ]
                    : [Path.Combine(nvidia, "cu13", "lib"), Path.Combine(nvidia, Wheel(library), "lib")];
                foreach (string folder in folders) yield return new SearchFolder(folder, $"wheels of {variable}");
            }
            // conda's own packages are not wheels.
            if (variable == "CONDA_PREFIX")
            {
                yield return new SearchFolder(
                    host.IsWindows ? Path.Combine(environment, "Library", "bin") : Path.Combine(environment, "lib"), variable);
            }
        }
    }

    private static string Wheel(CudaLibrary library) => library == CudaLibrary.Nvrtc ? "cuda_nvrtc" : "cublas";

    private static string[] SitePackages(string environment, SearchHost host)
    {
        if (host.IsWindows) return [Path.Combine(environment, "Lib", "site-packages")];
        string[] packages = [.. ((string[])["lib", "lib64"]).SelectMany(lib => Newest(Path.Combine(environment, lib), "python3*"))
            .Select(python => Path.Combine(python, "site-packages"))];
        // For the message alone: an environment without a Python has no packages.
        return packages.Length > 0 ? packages : [Path.Combine(environment, "lib", "python3.*", "site-packages")];
    }

    /// <summary>Folders of a pattern, the highest version first: 3.10 before 3.9.</summary>
    private static IEnumerable<string> Newest(string root, string pattern) => Directory.Exists(root)
        ? Directory.GetDirectories(root, pattern).OrderByDescending(VersionOf).ThenByDescending(folder => folder, StringComparer.Ordinal)
        : [];

    private static Version VersionOf(string folder)
    {
        string digits = Path.GetFileName(folder).TrimStart([.. "pythoncuda-v"]);
        return Version.TryParse(digits.Contains('.') ? digits : digits + ".0", out Version? version) ? version : new Version();
    }
}
