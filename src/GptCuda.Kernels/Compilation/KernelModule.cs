using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Compilation;

/// <summary>A compiled kernel file on a GPU. Its kernels are valid until it is disposed of.</summary>
public sealed unsafe class KernelModule : IDisposable
{
    private const int LogBytes = 8192;

    private readonly CudaContext _context;
    private readonly CUmodule _handle;
    private readonly long _held;
    private readonly ConcurrentDictionary<string, Kernel> _kernels = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Loads an image.</summary>
    /// <param name="context">Where.</param>
    /// <param name="name">What it is, for messages.</param>
    /// <param name="image">Machine code, or PTX, which the driver compiles.</param>
    /// <exception cref="CudaException">The driver refuses it; the message has the driver's compiler log where there is one.</exception>
    public KernelModule(CudaContext context, string name, ReadOnlySpan<byte> image)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Enter();
        _context = context;
        Name = name;
        // PTX is text that must end with a zero; a cubin does not mind one.
        byte[] terminated = new byte[image.Length + 1];
        image.CopyTo(terminated);
        byte[] log = new byte[LogBytes];
        CUmodule module;
        fixed (byte* bytes = terminated, errors = log)
        {
            CUjit_option* options = stackalloc[] { CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
            void** values = stackalloc void*[] { errors, (void*)LogBytes };
            CUresult result = context.Cu.cuModuleLoadDataEx(&module, bytes, 2, options, values);
            if (result != CUresult.CUDA_SUCCESS) throw context.Failure(result, nameof(LibCuda.cuModuleLoadDataEx), Doing(errors));
        }
        _handle = module;
        _held = LeakRegistry.Add(nameof(KernelModule), name);
    }

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>A kernel by the name that it has in the image (kernels are extern "C").</summary>
    /// <returns>One object for a name: the driver has one function, and what it was allowed is known wherever it is used.</returns>
    /// <exception cref="CudaException">The image has no such kernel.</exception>
    public Kernel GetKernel(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _context.Enter();
        return _kernels.GetOrAdd(name, Find);
    }

    /// <summary>Unloads it; the driver first waits for its kernels.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Release(_context.Cu.cuModuleUnload, _handle, _held);
    }

    private Kernel Find(string name)
    {
        byte* text = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            CUfunction function;
            _context.Check(
                _context.Cu.cuModuleGetFunction(&function, _handle, text),
                nameof(LibCuda.cuModuleGetFunction),
                $"looking for kernel {name} in {Name}");
            return new Kernel(_context, function, name);
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)text);
        }
    }

    private string Doing(byte* errors)
    {
        string log = Marshal.PtrToStringUTF8((nint)errors)?.Trim() ?? "";
        return log.Length == 0 ? $"loading {Name}" : $"loading {Name} (the driver's compiler says: {log})";
    }
}
