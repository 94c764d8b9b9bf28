using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Libraries;

public sealed class LibrarySearchTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gptcuda-search").FullName;
    private readonly Dictionary<string, string> _variables = [];
    private readonly HashSet<string> _loader = [];
    private readonly List<string> _opened = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void FindNvrtc_Everywhere_PrefersInTheDocumentedOrder()
    {
        string[] places =
        [
            Place("toolkit/lib64/libnvrtc.so.13"),
            Place("home/lib64/libnvrtc.so.13"),
            Place("usr/local/cuda/lib64/libnvrtc.so.13"),
            Place("usr/local/cuda-13.1/lib64/libnvrtc.so.13"),
            Place("usr/local/cuda-12.9/lib64/libnvrtc.so.12"),
            Place("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc.so.13"),
            Place("venv/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12"),
            Place("conda/lib/python3.10/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12"),
            Place("conda/lib/libnvrtc.so.12"),
        ];
        string named = Place("mine/libnvrtc.so.12");
        _variables["CUDA_PATH"] = Folder("toolkit");
        _variables["CUDA_HOME"] = Folder("home");
        _variables["VIRTUAL_ENV"] = Folder("venv");
        _variables["CONDA_PREFIX"] = Folder("conda");

        Assert.Equal(named, Linux().FindNvrtc(13000, named).Library);
        _variables["GPTCUDA_LIBNVRTC"] = Folder("mine");
        Assert.Equal(named, Linux().FindNvrtc(13000).Library);
        _variables.Remove("GPTCUDA_LIBNVRTC");
        _loader.Add("libnvrtc.so.12");
        Assert.Equal("libnvrtc.so.12", Linux().FindNvrtc(13000).Library);
        _loader.Clear();
        foreach (string place in places)
        {
            Assert.Equal(place, Linux().FindNvrtc(13000).Library);
            File.Delete(place);
        }
        Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(13000));
    }

    [Theory]
    [InlineData("toolkit/bin/x64/nvrtc64_130_0.dll", false)]
    [InlineData("toolkit/bin/arm64/nvrtc64_130_0.dll", true)]
    [InlineData("toolkit/bin/nvrtc64_120_0.dll", false)]
    [InlineData("programs/v13.0/bin/x64/nvrtc64_130_0.dll", false)]
    [InlineData("venv/Lib/site-packages/nvidia/cu13/bin/nvrtc64_130_0.dll", false)]
    [InlineData("venv/Lib/site-packages/nvidia/cuda_nvrtc/bin/nvrtc64_120_0.dll", false)]
    [InlineData("conda/Library/bin/nvrtc64_120_0.dll", false)]
    public void FindNvrtc_Windows_LooksWhereItIsThere(string path, bool arm64)
    {
        string file = Place(path);
        _variables["CUDA_PATH"] = Folder("toolkit");
        _variables["VIRTUAL_ENV"] = Folder("venv");
        _variables["CONDA_PREFIX"] = Folder("conda");

        Assert.Equal(file, new LibrarySearch(Host(windows: true, arm64)).FindNvrtc(13000).Library);
    }

    [Theory]
    [InlineData("x86_64-linux", false)]
    [InlineData("sbsa-linux", true)]
    public void FindNvrtc_TargetFolder_IsTheProcessors(string target, bool arm64)
    {
        string file = Place($"toolkit/targets/{target}/lib/libnvrtc.so.12");
        _variables["CUDA_HOME"] = Folder("toolkit");

        Assert.Equal(file, new LibrarySearch(Host(arm64: arm64)).FindNvrtc(12040).Library);
        Assert.Throws<LibraryNotFoundException>(() => new LibrarySearch(Host(arm64: !arm64)).FindNvrtc(12040));
    }

    [Fact]
    public void FindNvrtc_NewerThanTheDriver_IsPassedOverWithAWord()
    {
        string newer = Place("usr/local/cuda/lib64/libnvrtc.so.13");
        string older = Place("venv/lib/python3.9/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
        _variables["VIRTUAL_ENV"] = Folder("venv");
        LibrarySearch search = Linux();

        Assert.Equal(older, search.FindNvrtc(12040).Library);

        Assert.Equal([$"{newer} is passed over: CUDA 13 is newer than the driver, which supports CUDA 12.4."], search.Notices);
        Assert.DoesNotContain(newer, _opened);
    }

    [Fact]
    public void FindNvrtc_OnlyNewerThanTheDriver_SaysThatTheDriverIsTooOld()
    {
        Place("usr/local/cuda/lib64/libnvrtc.so.13");

        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(12080));

        Assert.Contains("found only in versions that cannot be used", exception.Message);
        Assert.Contains("driver is too old", exception.Message);
        Assert.Contains("pip install nvidia-cuda-nvrtc-cu12", exception.Message);
        Assert.Contains("CUDA 13 is newer than the driver, which supports CUDA 12.8", exception.Message);
    }

    [Theory]
    [InlineData(false, "525")]
    [InlineData(true, "528")]
    public void FindNvrtc_DriverOlderThanAnyThatServes_AsksForADriver(bool windows, string oldest)
    {
        // 12 is there and is of no use to it.
        Place(windows ? "programs/v12.4/bin/nvrtc64_120_0.dll" : "usr/local/cuda/lib64/libnvrtc.so.12");

        var exception = Assert.Throws<LibraryNotFoundException>(() => new LibrarySearch(Host(windows)).FindNvrtc(11040));

        Assert.Contains("The driver supports only CUDA 11.4, and NVRTC 12 is the oldest that serves", exception.Message);
        Assert.Contains($"CUDA 12.0 needs {oldest} or newer", exception.Message);
        Assert.DoesNotContain("pip install", exception.Message);
    }

    [Fact]
    public void FindNvrtc_NowhereAndADriverOf12_AdvisesNothingNewer()
    {
        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(12040));

        Assert.Contains("Install the CUDA Toolkit 12, or only NVRTC: pip install nvidia-cuda-nvrtc-cu12 in", exception.Message);
        Assert.Contains("the driver supports CUDA 12.4", exception.Message);
    }

    [Theory]
    [InlineData(12, "pip install nvidia-cublas-cu12 in")]
    [InlineData(13, "pip install nvidia-cublas in")]
    public void FindCublas_Nowhere_AdvisesThatOfNvrtc(int major, string advice)
    {
        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindCublas(major));

        Assert.Contains($"Install the CUDA Toolkit {major}", exception.Message);
        Assert.Contains(advice, exception.Message);
    }

    [Fact]
    public void FindNvrtc_Nowhere_ListsNamesFoldersAndWhatToInstall()
    {
        _variables["CUDA_PATH"] = Folder("toolkit");
        _variables["VIRTUAL_ENV"] = Folder("venv");
        Directory.CreateDirectory(Path.Combine(_root, "toolkit", "lib64"));

        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(13000));

        Assert.Equal(CudaLibrary.Nvrtc, exception.Library);
        Assert.Contains("libnvrtc.so.13 (the loader's own search): libnvrtc.so.13: cannot open shared object file", exception.Message);
        Assert.Contains("libnvrtc.so.12 (the loader's own search)", exception.Message);
        Assert.Contains($"{Folder("toolkit/lib64/libnvrtc.so.12")} (CUDA_PATH): no such file", exception.Message);
        Assert.Contains($"{Folder("usr/local/cuda/lib64")} (the toolkit's default folder): no such folder", exception.Message);
        Assert.Contains($"{Folder("venv/lib/python3.*/site-packages/nvidia/cuda_nvrtc/lib")} (wheels of VIRTUAL_ENV)", exception.Message);
        Assert.Contains("pip install nvidia-cuda-nvrtc-cu12", exception.Message);
        Assert.Contains("GPTCUDA_LIBNVRTC", exception.Message);
    }

    [Fact]
    public void FindNvrtc_NamedButMissing_IsNotReplaced()
    {
        Place("usr/local/cuda/lib64/libnvrtc.so.13");
        _variables["GPTCUDA_LIBNVRTC"] = Folder("nowhere/libnvrtc.so.12");

        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(13000));

        Assert.Contains(Folder("nowhere/libnvrtc.so.12"), exception.Message);
        Assert.Contains("GPTCUDA_LIBNVRTC", exception.Message);
    }

    [Fact]
    public void FindNvrtc_NamedUnderAnyName_IsHeldToItsOwnVersion()
    {
        string odd = Place("mine/compiler-13.so");

        string builtins = Place("mine/libnvrtc-builtins.so.13.0");

        Assert.Equal(odd, Linux().FindNvrtc(13000, odd).Library);
        Assert.Equal([builtins, odd], _opened);
        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(12040, odd));
        Assert.Contains("CUDA 13 is newer than the driver", exception.Message);
    }

    [Fact]
    public void FindNvrtc_BrokenFile_GoesOnAndSaysWhy()
    {
        string broken = Place("usr/local/cuda/lib64/libnvrtc.so.13", "broken");
        string whole = Place("usr/local/cuda-12.4/lib64/libnvrtc.so.12");

        Assert.Equal(whole, Linux().FindNvrtc(13000).Library);
        File.Delete(whole);
        var exception = Assert.Throws<LibraryNotFoundException>(() => Linux().FindNvrtc(13000));
        Assert.Contains($"{broken} (the toolkit's default folder): invalid ELF header", exception.Message);
    }

    [Fact]
    public void FindNvrtc_InAFolder_OpensTheBuiltinsFirst()
    {
        string builtins = Place("usr/local/cuda/lib64/libnvrtc-builtins.so.13.0");
        Place("usr/local/cuda/lib64/libnvrtc-builtins.so.12.4");
        string nvrtc = Place("usr/local/cuda/lib64/libnvrtc.so.13");

        Linux().FindNvrtc(13000);

        Assert.Equal([builtins, nvrtc], _opened);
    }

    [Fact]
    public void FindCublas_OtherMajorThanNvrtc_IsPassedOver()
    {
        Place("usr/local/cuda/lib64/libcublas.so.13");
        string lt = Place("venv/lib/python3.11/site-packages/nvidia/cublas/lib/libcublasLt.so.12");
        string cublas = Place("venv/lib/python3.11/site-packages/nvidia/cublas/lib/libcublas.so.12");
        _variables["VIRTUAL_ENV"] = Folder("venv");
        LibrarySearch search = Linux();

        Assert.Equal(cublas, search.FindCublas(12).Library);

        Assert.Equal([lt, cublas], _opened);
        Assert.Contains("it is of CUDA 13 and NVRTC of CUDA 12", Assert.Single(search.Notices));
    }

    [Fact]
    public void FindDriver_Nowhere_SaysWhatToInstall()
    {
        var linux = Assert.Throws<LibraryNotFoundException>(() => Linux().FindDriver());
        Assert.Contains("libcuda.so.1", linux.Message);
        Assert.Contains("Container Toolkit", linux.Message);

        var windows = Assert.Throws<LibraryNotFoundException>(() => new LibrarySearch(Host(windows: true)).FindDriver());
        Assert.Contains("nvcuda.dll", windows.Message);
        Assert.Contains("nvidia.com/drivers", windows.Message);
    }

    [Fact]
    public void Inventory_NothingInstalled_SaysSoAndThrowsNothing()
    {
        CudaInventory inventory = CudaInventory.Take(Host());

        Assert.Empty(inventory.Devices);
        Assert.Equal([CudaLibrary.Driver, CudaLibrary.Nvrtc, CudaLibrary.Cublas], inventory.Libraries.Select(library => library.Library));
        Assert.All(inventory.Libraries, library => Assert.True(library.Version is null && library.Problem is not null));
    }

    [Fact]
    public void Inventory_NvrtcWithoutADriver_IsStillReported()
    {
        string nvrtc = Place("usr/local/cuda/lib64/libnvrtc.so.13");
        Place("usr/local/cuda/lib64/libcublas.so.13");

        CudaInventory inventory = CudaInventory.Take(Host());

        Assert.Equal("13.0", inventory.Libraries[1].Version);
        Assert.Equal(nvrtc, inventory.Libraries[1].Path);
        Assert.Equal("13.1.2", inventory.Libraries[2].Version);
    }

    private LibrarySearch Linux() => new(Host());

    private string Folder(string path) => Path.Combine([_root, .. path.Split('/')]);

    private string Place(string path, string content = "")
    {
        string file = Folder(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    private SearchHost Host(bool windows = false, bool arm64 = false) => new()
    {
        IsWindows = windows,
        IsArm64 = arm64,
        Variable = name => _variables.GetValueOrDefault(name),
        Preload = _opened.Add,
        ToolkitRoots = [Folder(windows ? "programs" : "usr/local")],
        Load = path =>
        {
            bool there = Path.IsPathRooted(path) ? File.Exists(path) : _loader.Contains(path);
            if (!there) throw new DllNotFoundException($"Unable to load shared library.\n{path}: cannot open shared object file\n");
            if (Path.IsPathRooted(path) && File.ReadAllText(path) == "broken") throw new BadImageFormatException("invalid ELF header");
            _opened.Add(path);
            return FakeLibraries.Of(path);
        },
    };
}
