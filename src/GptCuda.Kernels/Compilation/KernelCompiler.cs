using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Compilation;

/// <summary>Makes kernels for one GPU: from the disk cache, or with NVRTC, as many files at once as there are processors.</summary>
public sealed class KernelCompiler
{
    private readonly CudaContext _context;
    private readonly NvrtcCompiler _nvrtc;
    private readonly KernelSources _sources;
    private readonly KernelImageCache _cache;
    private int _compiled;

    /// <param name="context">The GPU.</param>
    /// <param name="nvrtc">The compiler.</param>
    /// <param name="sources">Where kernel files come from; null takes <see cref="KernelSources.Default"/>.</param>
    /// <param name="cache">Where images are kept; null takes the user's cache folder.</param>
    /// <exception cref="NotSupportedException">The GPU is too old for the kernels or for this NVRTC.</exception>
    public KernelCompiler(CudaContext context, NvrtcCompiler nvrtc, KernelSources? sources = null, KernelImageCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(nvrtc);
        _context = context;
        _nvrtc = nvrtc;
        _sources = sources ?? KernelSources.Default();
        _cache = cache ?? new KernelImageCache(KernelImageCache.DefaultLocation());
        Target = KernelTarget.For(context.Device.ComputeCapability, nvrtc.Architectures);
    }

    /// <summary>What is made for this GPU.</summary>
    public KernelTarget Target { get; }

    /// <summary>How many files NVRTC compiled so far; the others came from the cache.</summary>
    public int CompiledCount => _compiled;

    /// <summary>Compiles where needed and loads.</summary>
    /// <param name="variants">The kernel files with their macros.</param>
    /// <returns>A module for each, in the same order, the caller's to dispose of; where one fails, the others are freed.</returns>
    /// <exception cref="FileNotFoundException">A file, or one that it includes, is not among the sources.</exception>
    /// <exception cref="NvrtcException">A file does not compile; the first in the order of the variants.</exception>
    /// <exception cref="CudaException">The driver refuses an image that was just made.</exception>
    public KernelModule[] Load(params IReadOnlyList<KernelVariant> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        var modules = new KernelModule?[variants.Count];
        var failures = new Exception?[variants.Count];
        Parallel.For(0, variants.Count, i =>
        {
            try
            {
                modules[i] = LoadOne(variants[i]);
            }
            catch (Exception exception)
            {
                failures[i] = exception;
            }
        });
        if (Array.Find(failures, failure => failure is not null) is { } first)
        {
            foreach (KernelModule? module in modules) module?.Dispose();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
        return modules!;
    }

    /// <summary>The options that a variant is compiled with.</summary>
    /// <remarks>Contraction is off because FMAs are written out, so that every compiler rounds alike.</remarks>
    public IReadOnlyList<string> Options(KernelVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return ["--std=c++17", "--fmad=false", Target.Option, .. variant.Options];
    }

    private KernelModule LoadOne(KernelVariant variant)
    {
        KernelSource source = _sources.Read(variant.File);
        IReadOnlyList<string> options = Options(variant);
        string key = KernelImageKey.Of(source, options, _nvrtc.Identity);
        if (_cache.TryRead(key, out byte[]? cached))
        {
            try
            {
                return new KernelModule(_context, variant.ToString(), cached);
            }
            catch (CudaException exception) when (IsRefusal(exception))
            {
                // Made for another driver, or damaged before it was hashed: once more from the source.
                _cache.Remove(key);
            }
        }
        byte[] image = _nvrtc.Compile(source, options, Target.IsMachineCode);
        Interlocked.Increment(ref _compiled);
        var module = new KernelModule(_context, variant.ToString(), image);
        _cache.TryWrite(key, image);
        return module;
    }

    private static bool IsRefusal(CudaException exception) => (CUresult)exception.Code is CUresult.CUDA_ERROR_INVALID_IMAGE
        or CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU
        or CUresult.CUDA_ERROR_INVALID_PTX
        or CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION
        or CUresult.CUDA_ERROR_INVALID_SOURCE;
}
