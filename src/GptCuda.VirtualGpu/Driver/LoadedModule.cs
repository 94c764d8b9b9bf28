using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A module in a context: its code, and the device memory of its variables.</summary>
internal sealed class LoadedModule : IModuleMemory
{
    private readonly List<Allocation> _placed = [];
    private readonly Dictionary<string, LoadedFunction> _functions = new(StringComparer.Ordinal);

    /// <summary>Decodes PTX and places its variables.</summary>
    /// <exception cref="Ptx.PtxSyntaxException">The text is not PTX, or uses what is not supported.</exception>
    /// <exception cref="DriverException">Out of memory.</exception>
    public LoadedModule(VirtualContext context, string ptx, string name)
    {
        Context = context;
        RegisterKey = RegisterTable.KeyOf(ptx);
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

    public VirtualContext Context { get; }

    public PtxModule Code { get; }

    /// <summary>What the table of registers knows its text by.</summary>
    public string RegisterKey { get; }

    /// <summary>Its handle.</summary>
    public nint Handle { get; set; }

    public bool IsUnloaded { get; private set; }

    /// <summary>The function of a kernel, the same one every time; null where there is no such kernel.</summary>
    public LoadedFunction? Function(string name)
    {
        if (_functions.TryGetValue(name, out LoadedFunction? known))
            return known;
        if (!Code.Kernels.TryGetValue(name, out Kernel? kernel))
            return null;
        LoadedFunction function = new(this, kernel);
        function.Handle = Context.Driver.Functions.Add(function);
        return _functions[name] = function;
    }

    /// <summary>Takes back the variables' memory and the functions' handles.</summary>
    public void Unload()
    {
        IsUnloaded = true;
        foreach (Allocation allocation in _placed)
            Context.Driver.Free(allocation);
        foreach (LoadedFunction function in _functions.Values)
            Context.Driver.Functions.Remove(function.Handle);
    }

    ulong IModuleMemory.Place(string name, long bytes, int alignment, bool isConstant)
    {
        Allocation allocation = Context.Driver.Memory.TryAllocate(
            bytes, name, this, isConstant ? AllocationKind.Constant : AllocationKind.Device)
            ?? throw new DriverException(CUresult.CUDA_ERROR_OUT_OF_MEMORY, $"no room for the {bytes} bytes of variable {name}.");
        _placed.Add(allocation);
        return allocation.Address;
    }

    void IModuleMemory.Initialize(ulong address, ReadOnlySpan<byte> bytes) =>
        Context.Driver.Memory.CopyIn(address, bytes, "cuModuleLoadData");
}
