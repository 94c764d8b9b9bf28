using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A module in a context: its code, and the device memory of its variables.</summary>
internal sealed class LoadedModule : IModuleMemory
{
    private readonly VirtualContext _context;
    private readonly List<ulong> _placed = [];
    private readonly Dictionary<string, LoadedFunction> _functions = new(StringComparer.Ordinal);

    /// <summary>Decodes an image's PTX and places its variables.</summary>
    /// <exception cref="Ptx.PtxSyntaxException">The text is not PTX, or uses what is not supported.</exception>
    /// <exception cref="DriverException">Out of memory.</exception>
    public LoadedModule(VirtualContext context, string ptx, string name)
    {
        _context = context;
        try
        {
            Code = PtxModule.Load(ptx, name, this);
        }
        catch
        {
            Unload();
            throw;
        }
    }

    public VirtualContext Context => _context;

    public PtxModule Code { get; }

    public bool IsUnloaded { get; private set; }

    /// <summary>Handle of each function that was asked for.</summary>
    public LoadedFunction? Function(string name)
    {
        if (_functions.TryGetValue(name, out LoadedFunction? known))
            return known;
        if (!Code.Kernels.TryGetValue(name, out Kernel? kernel))
            return null;
        LoadedFunction function = new(this, kernel);
        function.Handle = _context.Driver.Functions.Add(function);
        return _functions[name] = function;
    }

    public void Unload()
    {
        IsUnloaded = true;
        foreach (ulong address in _placed)
            _context.Driver.Memory.TryFree(address);
        foreach (LoadedFunction function in _functions.Values)
            _context.Driver.Functions.Remove(function.Handle);
    }

    ulong IModuleMemory.Place(string name, long bytes, int alignment, bool isConstant)
    {
        Allocation allocation = _context.Driver.Memory.TryAllocate(
            bytes, name, this, isConstant ? AllocationKind.Constant : AllocationKind.Device)
            ?? throw new DriverException(CUresult.CUDA_ERROR_OUT_OF_MEMORY, $"no room for the {bytes} bytes of variable {name}.");
        _placed.Add(allocation.Address);
        return allocation.Address;
    }

    void IModuleMemory.Initialize(ulong address, ReadOnlySpan<byte> bytes) => _context.Driver.Memory.CopyIn(address, bytes, "cuModuleLoadData");
}
