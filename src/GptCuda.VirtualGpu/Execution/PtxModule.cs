using System.Buffers.Binary;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>A loaded module: its kernels decoded, its variables placed.</summary>
internal sealed class PtxModule
{
    private PtxModule(
        string name, string target, IReadOnlyDictionary<string, Kernel> kernels, IReadOnlyDictionary<string, ModuleVariable> variables)
    {
        Name = name;
        Target = target;
        Kernels = kernels;
        Variables = variables;
    }

    /// <summary>The name it was loaded under.</summary>
    public string Name { get; }

    /// <summary>The architecture it was compiled for, such as sm_80.</summary>
    public string Target { get; }

    /// <summary>The kernels by name.</summary>
    public IReadOnlyDictionary<string, Kernel> Kernels { get; }

    /// <summary>The .global and .const variables by name.</summary>
    public IReadOnlyDictionary<string, ModuleVariable> Variables { get; }

    /// <summary>Parses and decodes a module and places its variables.</summary>
    /// <param name="text">The PTX.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="memory">Where variables go. What it has placed is the caller's to free, also after an exception.</param>
    /// <exception cref="PtxSyntaxException">
    /// The text is not PTX, or uses what is not supported; nothing of it can be launched then.
    /// </exception>
    public static PtxModule Load(string text, string name, IModuleMemory memory)
    {
        PtxText parsed = PtxParser.Parse(text, name);
        Dictionary<string, ModuleVariable> variables = Place(parsed, memory);
        var kernels = new Dictionary<string, Kernel>(StringComparer.Ordinal);
        foreach (PtxFunction function in parsed.Functions.Where(function => function.IsEntry && function.Body is not null))
        {
            Kernel kernel = KernelEncoder.Encode(parsed, function, KernelLowering.Lower(parsed, variables, function));
            if (!kernels.TryAdd(function.Name, kernel))
                throw new PtxSyntaxException(name, function.Line, 1, $"the kernel {function.Name} is defined twice");
        }
        return new PtxModule(name, parsed.Target, kernels, variables);
    }

    private static Dictionary<string, ModuleVariable> Place(PtxText text, IModuleMemory memory)
    {
        var placed = new Dictionary<string, ModuleVariable>(StringComparer.Ordinal);
        PtxVariable[] variables = [.. text.Variables.Where(variable => variable.Space is PtxStateSpace.Global or PtxStateSpace.Const)];
        foreach (PtxVariable variable in variables)
        {
            if (variable.IsExtern || variable.Bytes == 0)
            {
                throw new PtxSyntaxException(
                    text.Name, variable.Line, variable.Column, $"{variable.Name} is defined elsewhere: modules are not linked");
            }
            bool isConstant = variable.Space == PtxStateSpace.Const;
            ulong address = memory.Place(variable.Name, variable.Bytes, variable.Alignment, isConstant);
            if (!placed.TryAdd(variable.Name, new ModuleVariable(variable.Name, address, variable.Bytes, isConstant)))
                throw new PtxSyntaxException(text.Name, variable.Line, variable.Column, $"{variable.Name} is defined twice");
        }
        foreach (PtxVariable variable in variables)
        {
            // What has no initial value is zero, and counts as written.
            byte[] bytes = variable.InitialBytes ?? new byte[variable.Bytes];
            foreach (PtxInitializer pointer in variable.Addresses)
            {
                if (!placed.TryGetValue(pointer.Symbol, out ModuleVariable? target))
                    throw new PtxSyntaxException(text.Name, pointer.Line, pointer.Column, $"unknown variable '{pointer.Symbol}'");
                if (pointer.Bytes != 8)
                    throw new PtxSyntaxException(text.Name, pointer.Line, pointer.Column, "an address takes 8 bytes");
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(pointer.Offset), target.Address + (ulong)pointer.Addend);
            }
            memory.Initialize(placed[variable.Name].Address, bytes);
        }
        return placed;
    }
}
