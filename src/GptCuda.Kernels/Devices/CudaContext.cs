using System.Runtime.CompilerServices;
using System.Text;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Devices;

/// <summary>
/// A GPU in use: its primary context, retained until disposed. Everything made in it is disposed of before it.
/// </summary>
/// <remarks>
/// Any thread may use it: each call makes the context current where it is not. A fault inside a kernel loses the context; the
/// exception that reports it names the launches since the last wait, and everything afterwards refers to that exception.
/// </remarks>
public sealed unsafe class CudaContext : IDisposable
{
    [ThreadStatic]
    private static CudaContext? _current;

    private readonly CUdevice _handle;
    private readonly CUcontext _context;
    private readonly long _held;
    private readonly Lock _lock = new();
    private readonly List<LaunchLog> _logs = [];
    private CudaException? _fault;
    private bool _disposed;
    private volatile bool _usable = true;

    /// <summary>Retains the primary context of a GPU.</summary>
    /// <param name="driver">The open driver.</param>
    /// <param name="ordinal">Which GPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such GPU.</exception>
    /// <exception cref="CudaException">The driver failed, for example because the GPU is in exclusive use.</exception>
    public CudaContext(CudaDriver driver, int ordinal = 0)
    {
        ArgumentNullException.ThrowIfNull(driver);
        Driver = driver;
        Device = driver.GetDevice(ordinal);
        _handle = driver.Handle(ordinal);
        CUcontext context;
        driver.Check(
            Cu.cuDevicePrimaryCtxRetain(&context, _handle), nameof(Cu.cuDevicePrimaryCtxRetain), $"taking device {ordinal}, {Device.Name}");
        _context = context;
        _held = LeakRegistry.Add(nameof(CudaContext), $"device {ordinal}, {Device.Name}");
    }

    /// <summary>The driver.</summary>
    public CudaDriver Driver { get; }

    /// <summary>The GPU's properties.</summary>
    public CudaDevice Device { get; }

    /// <summary>
    /// Whether each launch is waited for, so that a fault is reported by the launch that made it; on where GPTCUDA_SYNC is 1.
    /// Launches that are being captured are not waited for.
    /// </summary>
    public bool WaitsAfterEachLaunch { get; init; } = Environment.GetEnvironmentVariable("GPTCUDA_SYNC") == "1";

    /// <summary>The exception that lost the context; null while it works.</summary>
    public CudaException? Fault => _fault;

    internal LibCuda Cu => Driver.Cu;

    /// <summary>Bytes of the GPU's memory that are free now, and all that it has.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public (long Free, long Total) Memory()
    {
        Enter();
        nuint free, total;
        Check(Cu.cuMemGetInfo_v2(&free, &total), nameof(Cu.cuMemGetInfo_v2), "asking for free memory");
        return ((long)free, (long)total);
    }

    /// <summary>Waits for all work in the context.</summary>
    /// <exception cref="CudaException">Something since the last wait failed.</exception>
    public void Synchronize()
    {
        Enter();
        Check(Cu.cuCtxSynchronize(), nameof(Cu.cuCtxSynchronize), "waiting for the device");
        lock (_lock)
        {
            foreach (LaunchLog log in _logs) log.Clear();
        }
    }

    /// <summary>Gives the primary context back. Work that was not waited for is not reported on.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _usable = false;
        if (_current == this)
        {
            Cu.cuCtxSetCurrent(default);
            _current = null;
        }
        if (Cu.cuDevicePrimaryCtxRelease_v2(_handle) == CUresult.CUDA_SUCCESS || _fault is not null) LeakRegistry.Remove(_held);
    }

    /// <summary>Makes the context current on this thread, or throws where it can no longer be used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter()
    {
        if (_current != this || !_usable) MakeCurrent();
    }

    /// <summary>
    /// Frees something on behalf of a Dispose, which must not throw: an exception may be under way. A failure that loses the
    /// context is thrown by the next call; any other leaves the resource in the leak registry.
    /// </summary>
    /// <param name="free">Calls the driver. Not called once the context is disposed of or lost, when there is nothing to free.</param>
    /// <param name="handle">The native handle.</param>
    /// <param name="held">The resource's number in the leak registry.</param>
    /// <param name="expression">The driver's function as it is written at the call, for messages.</param>
    internal void Release<THandle>(
        delegate* unmanaged<THandle, CUresult> free,
        THandle handle,
        long held,
        [CallerArgumentExpression(nameof(free))] string expression = "")
        where THandle : unmanaged
    {
        if (_disposed) return;
        if (_fault is null)
        {
            CUresult result = Cu.cuCtxSetCurrent(_context);
            _current = result == CUresult.CUDA_SUCCESS ? this : null;
            if (result == CUresult.CUDA_SUCCESS) result = free(handle);
            if (StickyErrors.Contains(result)) Lose(result, expression[(expression.LastIndexOf('.') + 1)..], "freeing");
            else if (result != CUresult.CUDA_SUCCESS) return;
        }
        LeakRegistry.Remove(held);
    }

    /// <summary>Throws where a call failed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Check(CUresult result, string function, string doing)
    {
        if (result != CUresult.CUDA_SUCCESS) throw Failure(result, function, doing);
    }

    /// <inheritdoc cref="Check(CUresult, string, string)"/>
    internal void Check(
        CUresult result, string function, [InterpolatedStringHandlerArgument(nameof(result))] CallDescription doing)
    {
        if (result != CUresult.CUDA_SUCCESS) throw Failure(result, function, doing.ToString());
    }

    internal CudaException Failure(CUresult result, string function, string doing) =>
        StickyErrors.Contains(result) ? Lose(result, function, doing) : Driver.Failure(result, function, doing);

    /// <summary>The exception for an allocation that failed.</summary>
    internal CudaException AllocationFailure(CUresult result, string function, string doing, long asked)
    {
        if (result != CUresult.CUDA_ERROR_OUT_OF_MEMORY) return Failure(result, function, doing);
        nuint free = 0, total = 0;
        _ = Cu.cuMemGetInfo_v2(&free, &total);
        string message = $"{Driver.Describe(result, function, doing)} Asked {asked:N0} bytes; device {Device.Ordinal}, {Device.Name}, "
            + $"has {free:N0} free of {total:N0}.";
        return new CudaOutOfMemoryException(message, function, Driver.CodeName(result), (int)result, asked, (long)free, (long)total);
    }

    internal LaunchLog AddLaunchLog()
    {
        var log = new LaunchLog();
        lock (_lock) _logs.Add(log);
        return log;
    }

    internal void RemoveLaunchLog(LaunchLog log)
    {
        lock (_lock) _logs.Remove(log);
    }

    private void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_fault is { } fault) throw Lost(fault);
        Check(Cu.cuCtxSetCurrent(_context), nameof(Cu.cuCtxSetCurrent), "making the context current");
        _current = this;
    }

    private static CudaException Lost(CudaException fault) => new(
        $"The CUDA context was lost by an earlier failure, {fault.CodeName} in {fault.Function}; nothing more can be done with it.",
        fault.Function, fault.CodeName, fault.Code, contextLost: true, fault);

    private CudaException Lose(CUresult result, string function, string doing)
    {
        lock (_lock)
        {
            if (_fault is not null) return Lost(_fault);
            var text = new StringBuilder(Driver.Describe(result, function, doing));
            text.Append(" The CUDA context is lost: nothing more can be done with it in this process.");
            string[] launches = [.. _logs.SelectMany(log => log.Describe())];
            if (launches.Length == 1) text.Append($" One launch since the last wait: {launches[0]}.");
            else if (launches.Length > 1) text.Append($" One of the launches since the last wait did it: {string.Join("; ", launches)}.");
            if (launches.Length > 1) text.Append(" GPTCUDA_SYNC=1 waits for each launch and so names it.");
            _fault = new CudaException(text.ToString(), function, Driver.CodeName(result), (int)result, contextLost: true);
            _usable = false;
            return _fault;
        }
    }
}
