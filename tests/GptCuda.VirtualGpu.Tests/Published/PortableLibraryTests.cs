using System.Runtime.InteropServices;
using GptCuda.Tests;

namespace GptCuda.VirtualGpu.Tests.Published;

/// <summary>What dotnet publish makes for any machine of an architecture.</summary>
public sealed class PortableLibraryTests
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task Publish_EachImage_ComputesRight()
    {
        string root = Directory.CreateTempSubdirectory("gptcuda-portable-").FullName;
        try
        {
            string library = Path.Combine(root, "library");
            Command publish = await Command.Run("dotnet", [
                "publish", Path.Combine(Repository.Root, "src", "GptCuda.VirtualGpu"), "-c", "Release", "-o", library,
                $"-p:BaseIntermediateOutputPath={root}/obj/",
                $"-p:BaseOutputPath={root}/bin/",
                "-nodeReuse:false",
                "-p:UseSharedCompilation=false"]);
            Assert.True(publish.ExitCode == 0, publish.Output + publish.Error);
            string client = await PublishedLibrary.Compile(root, library);
            bool isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
            bool isWide = isX64 && System.Runtime.Intrinsics.X86.Avx2.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported;
            foreach (string image in isX64 ? (string[])["", "baseline"] : [""])
            {
                // The loader says what it opened.
                Command run = await Command.Run(client, [Path.Combine(PublishedLibrary.ClientFolder, "kernels.ptx")], "",
                    ("LD_LIBRARY_PATH", library),
                    ("GPTCUDA_VIRTUAL_IMAGE", image),
                    ("LD_DEBUG", "files"),
                    ("LD_DEBUG_OUTPUT", Path.Combine(root, $"opened-{image}")));
                PublishedLibrary.RequireRight(run);
                string opened = File.ReadAllText(Assert.Single(Directory.GetFiles(root, $"opened-{image}.*")));
                Assert.Equal(isWide && image.Length == 0, opened.Contains("/avx2/GptCuda.VirtualGpu.so", StringComparison.Ordinal));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
