using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Libraries;
using GptCuda.KernelSuite;

namespace GptCuda.Cli.SelfTest;

/// <summary>The kernel suite on one GPU.</summary>
/// <param name="libraries">Driver and compiler.</param>
/// <param name="ordinal">Which GPU.</param>
internal sealed class KernelSuiteRun(CudaLibraries libraries, int ordinal)
{
    public const string Group = "kernels";

    /// <summary>Runs checks, each with modules and buffers of its own.</summary>
    /// <param name="checks">Which.</param>
    /// <param name="log">What they came to.</param>
    public void Run(IReadOnlyList<KernelCheck> checks, CheckLog log)
    {
        CudaContext? context = null;
        try
        {
            context = new CudaContext(libraries.Driver, ordinal);
            KernelCheck[] possible = [.. checks.Where(check => CanRun(check, context.Device, log))];
            log.Run(Group, "compilation", () => CompileAhead(context, possible));
            foreach (KernelCheck check in possible)
            {
                if (log.Run(Group, check.Name, () => Run(check, context)) is not null && context.Fault is not null)
                    context = Renew(context);
            }
        }
        catch (Exception exception)
        {
            log.Fail(Group, "the rest of the suite", $"not run: {exception.Message}");
        }
        finally
        {
            context?.Dispose();
        }
    }

    /// <summary>A fault loses the context: the next checks get another, where the driver gives one.</summary>
    private CudaContext Renew(CudaContext lost)
    {
        lost.Dispose();
        return new CudaContext(libraries.Driver, ordinal);
    }

    private string? Run(KernelCheck check, CudaContext context)
    {
        using var device = new SuiteDevice(context, new KernelCompiler(context, libraries.Nvrtc));
        try
        {
            check.Run(device);
            return null;
        }
        catch (KernelCheckException exception)
        {
            throw new CheckFailedException(exception.Message);
        }
    }

    /// <summary>All files at once; what does not compile is said by the check that needs it, too.</summary>
    private string CompileAhead(CudaContext context, KernelCheck[] checks)
    {
        KernelVariant[] variants = [.. checks.SelectMany(check => check.Variants).Distinct()];
        var compiler = new KernelCompiler(context, libraries.Nvrtc);
        foreach (KernelModule module in compiler.Load(variants))
            module.Dispose();
        return $"{variants.Length} images for {compiler.Target.Option}, {compiler.CompiledCount} compiled now";
    }

    private static bool CanRun(KernelCheck check, CudaDevice device, CheckLog log)
    {
        if (check.Obstacle(device) is not { } obstacle)
            return true;
        log.Skip(Group, check.Name, obstacle);
        return false;
    }
}
